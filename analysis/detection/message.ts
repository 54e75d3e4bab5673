import { lit } from '../../ingest/case/sql.js';

const COLUMNS = new Set(['profile', 'ts', 'key', 'attacker', 'victim', 'proto', 'port', 'confidence', 'site']);

/**
 * SQL that fills a message: `{attacker}` from a column of the finding, `{details.hosts}` from its details,
 * `{details.hosts host}` with a noun for the number ("1 host", "2 hosts"; `{details.names query|queries}` where s is not enough).
 */
export function messageSql(template: string): string {
  const parts = template.split(/(\{[a-z_.]+(?: [A-Za-z |]+)?\})/).filter((p) => p !== '');
  return parts
    .map((part) => {
      const [, name, noun] = /^\{([a-z_.]+)(?: ([A-Za-z |]+))?\}$/.exec(part) ?? [];
      if (name === undefined) return lit(part);
      if (name.startsWith('details.')) {
        const value = `(details->>${lit(`$.${name.slice(8)}`)})`;
        return `coalesce(${value}, '?')${noun === undefined ? '' : ` || ${counted(value, noun)}`}`;
      }
      if (!COLUMNS.has(name) || noun !== undefined) return lit(part);
      return `coalesce(${name}::VARCHAR, '?')`;
    })
    .join(' || ');
}

function counted(value: string, noun: string): string {
  const [one, many = `${one}s`] = noun.split('|');
  return `CASE WHEN ${value} = '1' THEN ${lit(` ${one}`)} ELSE ${lit(` ${many}`)} END`;
}
