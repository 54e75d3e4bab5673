import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lit } from '../case/sql.js';
import type { LoadContext, LoadResult, Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { shapeOf } from './contents.js';
import { extraSql } from './extra.js';
import { givenFields, tableOf } from './fields.js';
import { dropMadeFlows, finishSource, labelFlows } from './made-flows.js';
import { loadOtherEvents } from './other-events.js';
import { rejectEvents } from './reject-events.js';
import { sql } from './sql-files.js';
import { STAGING_SHARE, stageEvents } from './stage.js';

/** Suricata's EVE log: one JSON event per line, plain or compressed. */
export const reader: Reader = {
  kind: 'suricata',
  grouping: 'folder',
  text: true,
  continues: true,
  recognise,
  load,
  finishSource,
};

/** Event types whose addresses follow the flow: source is the originator. */
const DIRECTED = ['http', 'tls', 'quic', 'ssh', 'smtp', 'ftp', 'dhcp'].map(lit).join(', ');

/** Statement of each event type; `quic` is loaded with `tls`. */
const STATEMENTS = ['dns', 'http', 'tls', 'ssh', 'smtp', 'ftp', 'fileinfo', 'dhcp', 'alert', 'anomaly'];

function recognise(head: FileHead): string | undefined {
  const lines = head.text.split('\n', 200).filter((line) => line.trimStart().startsWith('{'));
  const isEvent = (line: string): boolean => /"event_type"\s*:\s*"/.test(line) && /"timestamp"\s*:/.test(line);
  return lines.some(isEvent) ? 'Suricata EVE log' : undefined;
}

async function load(context: LoadContext): Promise<LoadResult> {
  const { store, captureId, sourceId } = context;
  const { db } = store;
  await store.shareMemory(STAGING_SHARE);
  await db.run(sql('macros'));
  const staged = await stageEvents(context);
  const { rejected, addresses } = await rejectEvents(context, staged);
  const counts = await eventCounts(context);
  const loaded = new Set(counts.keys());
  const address = (column: string): string => (addresses.rewrite ? `canonical_ip(${column})` : column);
  const base = { capture: lit(captureId), source: lit(sourceId) };
  await dropMadeFlows(context, loaded);

  await db.run(sql('anchors', { directed: DIRECTED }));
  const ends = { src: address('e.src_ip'), dest: address('e.dest_ip') };
  await db.run(sql('events-view', { ...ends, first: staged.first, directed: DIRECTED }));
  await loadFlows(context, loaded, { ...base, ...ends });
  for (const type of STATEMENTS) {
    if (!loaded.has(type) && !(type === 'tls' && loaded.has('quic'))) continue;
    await db.run(
      sql(type, {
        ...base,
        row_base: context.rowBase(tableOf(type)),
        shape: shapeOf(type),
        email_shape: shapeOf('email'),
        extra: extraSql(type),
        extra_quic: extraSql('quic'),
      }),
    );
  }
  const others = [...loaded].filter((type) => tableOf(type) === 'other');
  if (others.length > 0) await loadOtherEvents(context, staged, { ...base, row_base: context.rowBase('other') });
  if (context.options.label !== undefined) await labelFlows(context, context.options.label);

  for (const table of ['eve', 'eve_anchor', 'eve_flow_rows']) await db.run(`DROP TABLE IF EXISTS ${table}`);
  rmSync(join(store.tempDir, `eve-${captureId}`), { force: true });
  await store.shareMemory();
  return {
    records: staged.rows - rejected,
    tables: new Set([...loaded].map(tableOf)),
    fields: await givenFields(store, captureId, loaded),
    details: { bytes_basis: 'frame-derived', events: Object.fromEntries([...counts].sort()) },
  };
}

async function loadFlows(
  context: LoadContext,
  loaded: ReadonlySet<string>,
  base: Readonly<Record<string, string>>,
): Promise<void> {
  const { db } = context.store;
  const netflow = loaded.has('netflow');
  if (!netflow && !loaded.has('flow')) return;
  let numbered = "SELECT *, row_number() OVER () AS n FROM eve WHERE event_type = 'flow'";
  if (netflow) {
    await db.run(sql('netflow-groups', base));
    await db.run(sql('flow-rows'));
    numbered = "SELECT eve.*, r.n FROM eve JOIN eve_flow_rows r ON r.id = eve.rowid WHERE event_type = 'flow'";
  }
  // Asked anew: flows made from events are gone by now.
  const rowBase = context.resume
    ? await db.number(`SELECT coalesce(max("row"), 0) FROM flows WHERE capture_id = ${lit(context.captureId)}`)
    : 0;
  const values = { ...base, flow_base: context.flowBase, row_base: rowBase };
  if (loaded.has('flow')) await db.run(sql('flows', { ...values, numbered, extra: extraSql('flow') }));
  if (netflow) await db.run(sql('netflow', { ...values, extra: extraSql('netflow') }));
  await db.run('DROP TABLE IF EXISTS eve_netflow');
}

/** Events per type. */
async function eventCounts(context: LoadContext): Promise<Map<string, number>> {
  const rows = await context.store.db.all<Record<string, string>>(
    'SELECT event_type, count(*) AS n FROM eve GROUP BY event_type ORDER BY event_type',
  );
  return new Map(rows.map((row) => [row.event_type!, Number(row.n)]));
}
