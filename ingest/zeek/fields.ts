import { columnsOf } from '../case/schema.js';
import { ident, lit } from '../case/sql.js';

/** A field of a log and the column it fills; fields without a column go to `extra`. */
export interface Field {
  readonly name: string;
  readonly column: string | undefined;
  /** Type of that column in the schema. */
  readonly type: string;
}

const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  x509: { id: 'fuid', 'certificate.not_valid_before': 'not_before', 'certificate.not_valid_after': 'not_after' },
  ssl: { not_valid_before: 'not_before', not_valid_after: 'not_after', resp_certificate_sha1: 'cert_sha1' },
  dns: { TTLs: 'ttls' },
  dhcp: { mac: 'mac', lease: 'lease_time' },
  software: { unparsed_version: 'unparsed_version' },
  notice: { 'remote_location.country_code': 'country' },
};

/** Fields that labelling tools append. */
export const LABEL_FIELDS = ['label', 'Label'];
export const DETAIL_FIELDS = ['detailedlabel', 'detailed-label', 'detailed_label', 'detailedLabel'];

/** Columns of every record table that are ours. */
const KEYS = new Set(['capture_id', 'source_id', 'row', 'extra']);
/** Columns of flows that are ours: never filled from a log. */
const OWN = new Set([
  ...KEYS,
  'flow_id',
  'orig_size',
  'resp_size',
  'established',
  'outcome',
  'orientation',
  'ended',
  'source_state',
]);

/** Columns of a table that no Zeek log has: keys, and for flows what is worked out from the others. */
export const ownColumns = (table: string): ReadonlySet<string> => (table === 'flows' ? OWN : KEYS);

/** Zeek's own name of a field whose dot a log shipper wrote as an underscore: `id_orig_h`, `certificate_subject`. */
const zeekName = (name: string): string =>
  name.replace(/^id_(?=(orig|resp)_[hp]$)/, 'id.').replace(/^certificate_/, 'certificate.');

/** How each field of a log maps to the columns of its table. Two fields never fill one column. */
export function mapFields(table: string, names: readonly string[]): Field[] {
  const columns = new Map(columnsOf(table).map((c) => [c.name, c.type]));
  const taken = new Set<string>();
  const own = ownColumns(table);
  return names.map((name) => {
    const zeek = zeekName(name);
    const plain = zeek
      .replace(/^id\./, '')
      .replace(/^certificate\./, '')
      .replaceAll('.', '_');
    const column = ALIASES[table]?.[zeek] ?? plain;
    const type = columns.get(column);
    if (type === undefined || own.has(column) || taken.has(column)) return { name, column: undefined, type: 'VARCHAR' };
    taken.add(column);
    return { name, column, type };
  });
}

/** The type in which a TSV cell is read. Lists and booleans are read as text: their notation is Zeek's. */
export function cellType(type: string): string {
  if (type === 'TIMESTAMP') return 'DOUBLE';
  if (type.endsWith('[]') || type === 'BOOLEAN' || type === 'JSON') return 'VARCHAR';
  return type;
}

/** The type in which a JSON value is read. */
export function jsonType(type: string, timeIsText: boolean): string {
  if (type === 'TIMESTAMP') return timeIsText ? 'VARCHAR' : 'DOUBLE';
  return type;
}

/** SQL for a time in seconds since the epoch; NULL outside years 1 to 9999. */
export const timeFromSeconds = (sql: string): string =>
  `CASE WHEN ${sql} BETWEEN -62135596800 AND 253402300799 THEN make_timestamp((${sql} * 1000000)::BIGINT) END`;

/** SQL for a time in ISO 8601 text or seconds as text. */
const timeFromText = (sql: string): string =>
  `coalesce(TRY_CAST(${sql} AS TIMESTAMP), ${timeFromSeconds(`TRY_CAST(${sql} AS DOUBLE)`)})`;

/** SQL that turns a TSV cell into the column's type. */
export function fromCell(field: Field, setSeparator: string, empty: string): string {
  const cell = ident(field.name);
  switch (field.type) {
    case 'TIMESTAMP':
      return timeFromSeconds(cell);
    case 'DOUBLE':
      return `round(${cell}, 6)`;
    case 'BOOLEAN':
      return `CASE ${cell} WHEN 'T' THEN true WHEN 'F' THEN false WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case 'VARCHAR[]':
      return `CASE WHEN ${cell} = ${lit(empty)} THEN [] ELSE list_transform(string_split(${cell}, ${lit(setSeparator)}), x -> replace(x, ${lit(escapeOf(setSeparator))}, ${lit(setSeparator)})) END`;
    case 'DOUBLE[]':
      return `CASE WHEN ${cell} = ${lit(empty)} THEN [] ELSE list_transform(string_split(${cell}, ${lit(setSeparator)}), x -> round(TRY_CAST(x AS DOUBLE), 6)) END`;
    case 'VARCHAR':
      return `CASE WHEN ${cell} = ${lit(empty)} THEN '' ELSE ${cell} END`;
    default:
      return cell;
  }
}

const escapeOf = (separator: string): string =>
  [...separator].map((c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

/** SQL that turns a JSON value into the column's type. */
export function fromJson(field: Field, timeIsText: boolean): string {
  const value = ident(field.name);
  if (field.type === 'TIMESTAMP') return timeIsText ? timeFromText(value) : timeFromSeconds(value);
  if (field.type === 'DOUBLE') return `round(${value}, 6)`;
  if (field.type === 'DOUBLE[]') return `list_transform(${value}, x -> round(x, 6))`;
  return value;
}

/** SQL for `extra`: an object of the fields that have no column and are set, else NULL. */
export function extraObject(names: readonly string[], asJson: boolean): string {
  if (names.length === 0) return 'NULL::JSON';
  const members = names.map((n) => {
    const value = asJson ? `${ident(n)}::VARCHAR` : `to_json(${ident(n)})::VARCHAR`;
    const member = `${lit(`${JSON.stringify(n)}:`)} || ${value}`;
    return asJson ? `CASE WHEN ${ident(n)}::VARCHAR <> 'null' THEN ${member} END` : member;
  });
  return `CASE WHEN coalesce(${names.map((n) => `${ident(n)}::VARCHAR`).join(', ')}) IS NOT NULL
    THEN ('{' || concat_ws(',', ${members.join(', ')}) || '}')::JSON END`;
}
