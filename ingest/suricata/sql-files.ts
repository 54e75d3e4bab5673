import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';

const cache = new Map<string, string>();

/** A statement of this folder with its `$name` places filled; every place must be given. */
export function sql(name: string, values: Readonly<Record<string, string | number | bigint>> = {}): string {
  let text = cache.get(name);
  if (text === undefined) {
    text = readFileSync(asset('ingest/suricata/sql', `${name}.sql`), 'utf8');
    cache.set(name, text);
  }
  return text.replaceAll(/\$([a-z_]+)/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}.sql: no value for $${key}`);
    return String(value);
  });
}
