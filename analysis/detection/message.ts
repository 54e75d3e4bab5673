import { lit } from '../../ingest/case/sql.js';

const COLUMNS = new Set(['profile', 'ts', 'key', 'attacker', 'victim', 'proto', 'port', 'confidence', 'site']);

/**
 * SQL that fills a message: `{attacker}` from a column of the finding, `{details.hosts}` from its details,
 * `{details.hosts host}` with a noun for the number ("1 host", "2 hosts"; `{details.names query|queries}` where s is not
 * enough). A detail whose name ends with `score` is written as scores are. `{victim}{network}`: ` (Example Org, US)` where
 * that address is the end outside and its network is known.
 */
export function messageSql(template: string): string {
  const parts = template.split(/(\{[a-z_.]+(?: [A-Za-z |]+)?\})/).filter((p) => p !== '');
  return parts
    .map((part, i) => {
      const [, name, noun] = /^\{([a-z_.]+)(?: ([A-Za-z |]+))?\}$/.exec(part) ?? [];
      if (name === undefined) return lit(part);
      if (name.startsWith('details.')) {
        const detail = `(details->>${lit(`$.${name.slice(8)}`)})`;
        const value = name.endsWith('score') ? scoreText(detail) : detail;
        return `coalesce(${value}, '?')${noun === undefined ? '' : ` || ${counted(value, noun)}`}`;
      }
      if (name === 'network' && noun === undefined && i > 0) {
        return `CASE WHEN network_address = ${messageSql(parts[i - 1]!)} THEN network_note ELSE '' END`;
      }
      if (!COLUMNS.has(name) || noun !== undefined) return lit(part);
      return `coalesce(${name}::VARCHAR, '?')`;
    })
    .join(' || ');
}

const scoreText = (value: string): string => `score_text(TRY_CAST(${value} AS DOUBLE))`;

function counted(value: string, noun: string): string {
  const [one, many = `${one}s`] = noun.split('|');
  return `CASE WHEN ${value} = '1' THEN ${lit(` ${one}`)} ELSE ${lit(` ${many}`)} END`;
}
