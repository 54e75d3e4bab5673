import type { Database } from '../../ingest/case/database.js';
import { columnsOf, tables } from '../../ingest/case/schema.js';
import { ident } from '../../ingest/case/sql.js';

/** A table of the case as an export writes it. */
export interface CaseTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Total order of its rows, as SQL. */
  readonly order: string;
}

/** Orders that are total and cheap where a table is large; the others are ordered by all their columns. */
const ORDERS: Readonly<Record<string, string>> = {
  flows: 'flow_id',
  packet_index: 'flow_id, capture_id, offsets',
  evidence: 'evidence_id',
  evidence_flows: 'evidence_id, flow_id',
  alerts: 'alert_id',
  alert_evidence: 'alert_id, evidence_id',
  profiles: 'profile, site, tw_start',
  pairs: 'profile, site, kind, dst',
  letters: 'profile, site, tw_start, dst, dport, proto, direction',
};

/** Every table, in order of names. */
export const caseTables = (): CaseTable[] =>
  tables.map(({ name }) => {
    const columns = columnsOf(name);
    const isRecord = columns.some((c) => c.name === 'row');
    const all = columns.map((c) => ident(c.name)).join(', ');
    return { name, columns, order: ORDERS[name] ?? (isRecord ? `capture_id, "row", ${all}` : all) };
  });

export const rowsOf = (db: Database, table: string): Promise<number> => db.number(`SELECT count(*) FROM main.${table}`);

/** A column's value in plain types: enumerations and JSON as text. */
export const plain = (c: { readonly name: string; readonly type: string }): string =>
  c.type === 'VARCHAR' || c.type === 'JSON' ? `${ident(c.name)}::VARCHAR AS ${ident(c.name)}` : ident(c.name);
