import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { asset } from '../cli/package-root.js';

/** An ATT&CK technique; `name` is null when the report's list does not have it. */
export interface Technique {
  readonly id: string;
  readonly name: string | null;
}

let names: Readonly<Record<string, string>> | undefined;

/** Names of techniques by id. */
export function techniquesOf(ids: readonly string[]): Technique[] {
  names ??= parse(readFileSync(asset('reports', 'attack.yaml'), 'utf8')) as Record<string, string>;
  const known = names;
  return ids.map((id) => ({ id, name: Object.hasOwn(known, id) ? known[id]! : null }));
}
