import { lit } from '../../ingest/case/sql.js';

const COLUMNS = new Set(['profile', 'ts', 'key', 'attacker', 'victim', 'proto', 'port', 'confidence', 'site']);

/** SQL that fills a message: `{attacker}` from a column of the finding, `{details.hosts}` from its details. */
export function messageSql(template: string): string {
  const parts = template.split(/(\{[a-z_.]+\})/).filter((p) => p !== '');
  return parts
    .map((part) => {
      const name = /^\{([a-z_.]+)\}$/.exec(part)?.[1];
      if (name === undefined) return lit(part);
      if (name.startsWith('details.')) return `coalesce(details->>${lit(`$.${name.slice(8)}`)}, '?')`;
      if (!COLUMNS.has(name)) return lit(part);
      return `coalesce(${name}::VARCHAR, '?')`;
    })
    .join(' || ');
}
