import type { Database } from '../../../ingest/case/database.js';
import { columnsOf, storedViews } from '../../../ingest/case/schema.js';
import { ident, lit } from '../../../ingest/case/sql.js';
import { ownColumns } from '../../../ingest/zeek/fields.js';

/** A field of a log: its name and where its value is. */
export interface LogField {
  readonly name: string;
  /** SQL of the value, from the table `t`. */
  readonly sql: string;
  /** Type of the column; `JSON` for members of `extra` and of `other.record`. */
  readonly type: string;
}

/** One log to write. */
export interface Log {
  /** Zeek's name of the log: conn, dns, ... */
  readonly path: string;
  readonly fields: readonly LogField[];
  /** FROM and WHERE of its rows. */
  readonly from: string;
  /** Total order of its rows. */
  readonly order: string;
  /** Column with the record as it came, for logs without a table of their own. */
  readonly whole?: string;
}

/** Tables that are no log of Zeek, or follow from others. */
const NO_LOG = new Set(['labels', 'other', 'suricata_alert', 'packet_index']);
/** Zeek's spelling where the views of a case have ours. */
const SPELLING: Readonly<Record<string, Readonly<Record<string, string>>>> = { dns: { ttls: 'TTLs' } };

/** Names that the case's own `zeek.*` views give to columns, by table. */
const zeekNames: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  storedViews.flatMap(({ sql }) =>
    [...sql.matchAll(/CREATE OR REPLACE VIEW zeek\.\w+ AS SELECT (.*) FROM main\.(\w+);/g)].map((m) => [
      m[2]!,
      new Map([...m[1]!.matchAll(/"(\w+)"(?: AS "([\w.]+)")?/g)].map((c) => [c[1]!, c[2] ?? c[1]!])),
    ]),
  ),
);

const ADDRESSES = /^(orig|resp)_[hp]$/;

function fieldName(table: string, column: string): string {
  const known = SPELLING[table]?.[column] ?? zeekNames.get(table)?.get(column);
  return known ?? (ADDRESSES.test(column) && table !== 'arp' ? `id.${column}` : column);
}

/** Zeek's logs begin with time and uid. */
const place = (column: string): number => (column === 'ts' ? 0 : column === 'uid' ? 1 : 2);

/** The logs of a source; empty ones are left out. */
export async function logsOf(db: Database, sourceId: string, kind: string, tables: readonly string[]): Promise<Log[]> {
  const out: Log[] = [];
  for (const table of tables) {
    if (NO_LOG.has(table)) continue;
    out.push(...(await logsOfTable(db, sourceId, kind, table)));
  }
  return [...out, ...(await otherLogs(db, sourceId, kind))];
}

async function logsOfTable(db: Database, sourceId: string, kind: string, table: string): Promise<Log[]> {
  const isFlows = table === 'flows';
  const columns = (await columnsToWrite(db, sourceId, kind, table))
    .sort((a, b) => place(a.name) - place(b.name))
    .map((c): LogField => ({ name: fieldName(table, c.name), sql: `t.${ident(c.name)}`, type: c.type }));
  const joins = `main.${table} t JOIN main.captures c ON c.capture_id = t.capture_id`;
  const labelled =
    isFlows &&
    (await db.number(`SELECT count(*) FROM labels WHERE source_id = ${lit(sourceId)} AND origin = 'column'`)) > 0;
  const labels: LogField[] = labelled
    ? [
        { name: 'label', sql: 'l.label', type: 'VARCHAR' },
        { name: 'detailedlabel', sql: 'l.detailed_label', type: 'VARCHAR' },
      ]
    : [];
  const label = labelled ? ' LEFT JOIN main.labels l ON l.source_id = t.source_id AND l.uid = t.uid' : '';
  const taken = new Set([...columns, ...labels].map((f) => f.name));
  const where = `t.source_id = ${lit(sourceId)}`;
  const extra = await members(db, `SELECT extra AS record FROM main.${table} t WHERE ${where}`, 't.extra', taken);
  const order = isFlows ? 't.flow_id' : 'c.first_ts, c.sha256, t."row"';
  const parts = isFlows
    ? [
        { path: 'conn', and: "t.ended <> 'open'" },
        { path: 'open_conn', and: "t.ended = 'open'" },
      ]
    : [{ path: table, and: 'true' }];
  const logs: Log[] = [];
  for (const { path, and } of parts) {
    if ((await db.number(`SELECT count(*) FROM main.${table} t WHERE ${where} AND ${and}`)) === 0) continue;
    logs.push({
      path,
      fields: [...columns, ...extra, ...labels],
      from: `${joins}${label} WHERE ${where} AND ${and}`,
      order,
    });
  }
  return logs;
}

/**
 * Columns that the source can give. A Zeek log gets the fields it had; what was joined in from other logs is joined in
 * again when it is read. Other sources: also what they filled without saying so.
 */
async function columnsToWrite(db: Database, sourceId: string, kind: string, table: string) {
  const all = columnsOf(table).filter((c) => !ownColumns(table).has(c.name));
  const given = new Set(
    (
      await db.all<{ field: string }>(
        `SELECT field FROM source_fields WHERE source_id = ${lit(sourceId)} AND tbl = ${lit(table)} ORDER BY field`,
      )
    ).map((r) => r.field),
  );
  if (kind === 'zeek' && given.size > 0) return all.filter((c) => given.has(c.name));
  const counts = await db.one(
    `SELECT ${all.map((c) => `count(${ident(c.name)}) AS ${ident(c.name)}`).join(', ')} FROM main.${table} WHERE source_id = ${lit(sourceId)}`,
  );
  return all.filter((c) => given.has(c.name) || Number(counts?.[c.name] ?? 0) > 0);
}

/** Members of JSON objects as fields. */
async function members(db: Database, objects: string, column: string, taken: ReadonlySet<string>): Promise<LogField[]> {
  const keys = await db.all<{ key: string }>(
    `SELECT key FROM (
       SELECT unnest(json_keys(record)) AS key, generate_subscripts(json_keys(record), 1) AS place
       FROM (${objects}) WHERE json_type(record) = 'OBJECT')
     GROUP BY key ORDER BY max(place), min(place), key LIMIT 2000`,
  );
  const used = new Set(taken);
  return keys.map(({ key }) => {
    let name = headerName(key);
    while (used.has(name)) name = `extra.${name}`;
    used.add(name);
    return { name, sql: `json_extract(${column}, ${lit(pointer(key))})`, type: 'JSON' };
  });
}

/** A JSON pointer: the one notation in which any key can be said. */
const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** A name that cannot break the header line. */
const headerName = (key: string): string =>
  key === ''
    ? 'unnamed'
    : [...Buffer.from(key)]
        .map((b) => (b > 32 && b < 127 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`))
        .join('');

/** Zeek logs without a table of their own were kept whole. */
async function otherLogs(db: Database, sourceId: string, kind: string): Promise<Log[]> {
  if (kind !== 'zeek') return [];
  const where = (log: string): string => `t.source_id = ${lit(sourceId)} AND t.log = ${lit(log)}`;
  const names = await db.all<{ log: string }>(
    `SELECT DISTINCT log FROM other WHERE source_id = ${lit(sourceId)} ORDER BY log`,
  );
  const out: Log[] = [];
  for (const { log } of names) {
    const records = `SELECT record FROM main.other t WHERE ${where(log)}`;
    out.push({
      path: log,
      fields: await members(db, records, 't.record', new Set()),
      from: `main.other t JOIN main.captures c ON c.capture_id = t.capture_id WHERE ${where(log)}`,
      order: 'c.first_ts, c.sha256, t."row"',
      whole: 't.record::VARCHAR',
    });
  }
  return out;
}
