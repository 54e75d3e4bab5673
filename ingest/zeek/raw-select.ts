import { columnsOf } from '../case/schema.js';
import { ident, lit } from '../case/sql.js';
import { DETAIL_FIELDS, extraObject, type Field, LABEL_FIELDS, mapFields, ownColumns } from './fields.js';
import type { LogType } from './log-type.js';

/** One log (or one part of it) ready to be inserted: its fields and the SQL that reads it. */
export interface RawLog {
  readonly type: LogType;
  readonly fields: readonly Field[];
  /** `read_csv(…)` or `read_json(…)` with a column per field, named as the field. */
  readonly scan: string;
  /** SQL for a field's column value. */
  readonly value: (field: Field) => string;
  readonly json: boolean;
  /** Check addresses row by row; else the caller checks the whole table afterwards, where they are dictionary-coded. */
  readonly careful: boolean;
}

/** Fields of a log; labels of labelled connection logs are left to `labels`. */
export function fieldsOf(type: LogType, names: readonly string[]): Field[] {
  return mapFields(type.table, names);
}

export const labelField = (fields: readonly Field[]): string | undefined =>
  fields.find((f) => LABEL_FIELDS.includes(f.name))?.name;
export const detailField = (fields: readonly Field[]): string | undefined =>
  fields.find((f) => DETAIL_FIELDS.includes(f.name))?.name;

/** Why a parsed row is no record of its table (NULL when it is one). */
function badReason(table: string): string {
  if (table !== 'flows') return "CASE WHEN ts IS NULL AND ts_given THEN 'time out of range' END";
  const counts = [
    'missed_bytes',
    'orig_bytes',
    'resp_bytes',
    'orig_pkts',
    'resp_pkts',
    'orig_ip_bytes',
    'resp_ip_bytes',
  ];
  return `CASE
    WHEN ts IS NULL THEN 'time missing or out of range'
    WHEN uid IS NULL THEN 'uid missing'
    WHEN orig_h IS NULL OR resp_h IS NULL THEN 'address missing or invalid'
    WHEN proto IS NULL THEN 'proto missing'
    WHEN orig_p NOT BETWEEN 0 AND 65535 OR resp_p NOT BETWEEN 0 AND 65535 THEN 'port out of range'
    WHEN duration < 0 OR NOT isfinite(duration) THEN 'duration negative'
    WHEN ${counts.map((c) => `${c} < 0`).join(' OR ')} THEN 'negative count'
  END`;
}

/** `(SELECT <columns of the table>, bad FROM scan)`: the log under the names and types of its table. */
export function rawSelect(log: RawLog): string {
  const { table } = log.type;
  const byColumn = new Map(log.fields.filter((f) => f.column !== undefined).map((f) => [f.column!, f]));
  const columns = columnsOf(table)
    .filter((c) => !ownColumns(table).has(c.name))
    .map((c) => {
      const field = byColumn.get(c.name);
      let sql = field ? log.value(field) : `NULL::${c.type}`;
      if (table === 'flows' && c.name === 'proto' && field) sql = `lower(${sql})`;
      if (log.careful && table === 'flows' && (c.name === 'orig_h' || c.name === 'resp_h') && field) {
        sql = `canonical_ip(${sql})`;
      }
      return `${sql} AS ${ident(c.name)}`;
    });
  const time = byColumn.get('ts');
  const labels = table === 'flows' ? [labelField(log.fields), detailField(log.fields)] : [];
  const unknown = log.fields.filter((f) => f.column === undefined && !labels.includes(f.name)).map((f) => f.name);
  return `(SELECT *, ${badReason(table)} AS bad FROM (
    SELECT ${columns.join(', ')}, ${extraObject(unknown, log.json)} AS extra,
           ${time ? `${ident(time.name)} IS NOT NULL` : 'false'} AS ts_given
    FROM ${log.scan}))`;
}

/** INSERT of a log whose table is a plain projection (every table but `flows` and `other`). */
export function insertRecords(log: RawLog, captureId: string, sourceId: string, rowBase: number): string {
  const { table } = log.type;
  const columns = columnsOf(table)
    .map((c) => c.name)
    .filter((c) => !['capture_id', 'source_id', 'row'].includes(c));
  return `INSERT INTO ${table}
    SELECT ${lit(captureId)}, ${lit(sourceId)}, ${rowBase} + row_number() OVER (), ${columns.map(ident).join(', ')}
    FROM ${rawSelect(log)} WHERE bad IS NULL`;
}

/** INSERT of the labels of a labelled connection log. */
export function insertLabels(log: RawLog, sourceId: string): string | undefined {
  const label = labelField(log.fields);
  const detail = detailField(log.fields);
  const uid = log.fields.find((f) => f.column === 'uid');
  if (!uid || !label) return undefined;
  const text = (name: string | undefined): string =>
    name ? `nullif(nullif(nullif(${ident(name)}::VARCHAR, '(empty)'), '-'), '')` : 'NULL::VARCHAR';
  return `INSERT INTO labels
    SELECT ${lit(sourceId)}, uid, label, detail, label_class(label), 'column'
    FROM (SELECT ${ident(uid.name)} AS uid, ${text(label)} AS label, ${text(detail)} AS detail FROM ${log.scan})
    WHERE uid IS NOT NULL AND (label IS NOT NULL OR detail IS NOT NULL)`;
}
