import type { Database } from '../ingest/case/database.js';
import { recordTables } from '../ingest/case/schema.js';
import { lit } from '../ingest/case/sql.js';

/**
 * The views that detections read: `d_flows`, `d_dns`, … = the record tables with `site` and `tw_start`, complete
 * captures only, without flows that a whitelist rule ignores.
 * @param only SQL over `ts`: only these rows
 */
export async function createViews(db: Database, only: (ts: string) => string = () => 'true'): Promise<void> {
  const sites = await db.all<{ site: string }>('SELECT DISTINCT site FROM sources ORDER BY site');
  const oneSite = sites.length <= 1 ? lit(sites[0]?.site ?? '') : undefined;
  const site = oneSite ?? 's.site';
  const join = (alias: string): string =>
    oneSite === undefined ? ` JOIN main.sources s ON s.source_id = ${alias}.source_id` : '';
  const ignored = (await db.number('SELECT count(*) FROM ignored_flows')) > 0;
  for (const table of recordTables) {
    const isFlows = table === 'flows';
    const timed = table !== 'labels';
    if (!timed) continue;
    const keep = !ignored
      ? ''
      : isFlows
        ? ' AND t.flow_id NOT IN (SELECT flow_id FROM ignored_flows)'
        : ['dhcp', 'arp', 'software'].includes(table)
          ? ''
          : ' AND NOT EXISTS (SELECT 1 FROM ignored_flows i WHERE i.source_id = t.source_id AND i.uid = t.uid)';
    await db.run(
      `CREATE OR REPLACE TEMP VIEW d_${table} AS
         SELECT t.*, ${site} AS site, window_start(t.ts) AS tw_start FROM main.${table} t${join('t')} WHERE ${only('t.ts')}${keep}`,
    );
  }
}
