import { ident, lit } from '../case/sql.js';

type ScalarType = 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'TIMESTAMPTZ' | 'JSON';

/** A column that DuckDB's JSON reader fills, or a struct of such. */
export interface EveColumn {
  readonly name: string;
  readonly type: ScalarType | readonly EveColumn[];
}

const columns = (type: ScalarType, names: string): EveColumn[] => names.split(' ').map((name) => ({ name, type }));

/** Event types with a table of their own, and the key that holds their content. */
export const CONTENT_KEYS: Readonly<Record<string, string>> = {
  flow: 'flow',
  netflow: 'netflow',
  dns: 'dns',
  http: 'http',
  tls: 'tls',
  quic: 'quic',
  ssh: 'ssh',
  smtp: 'smtp',
  ftp: 'ftp',
  fileinfo: 'fileinfo',
  dhcp: 'dhcp',
  alert: 'alert',
  anomaly: 'anomaly',
};

/** Event types with a table of their own, as SQL list. */
export const KNOWN_TYPES = Object.keys(CONTENT_KEYS).map(lit).join(', ');

/** Typed keys of the event itself. */
const ENVELOPE: readonly EveColumn[] = [
  ...columns('TIMESTAMPTZ', 'timestamp'),
  ...columns('BIGINT', 'flow_id'),
  ...columns('VARCHAR', 'event_type src_ip'),
  ...columns('INTEGER', 'src_port'),
  ...columns('VARCHAR', 'dest_ip'),
  ...columns('INTEGER', 'dest_port'),
  ...columns('VARCHAR', 'proto app_proto community_id direction'),
  ...columns('INTEGER', 'icmp_type icmp_code tx_id'),
];

const FLOW: readonly EveColumn[] = [
  ...columns('BIGINT', 'pkts_toserver pkts_toclient bytes_toserver bytes_toclient'),
  ...columns('TIMESTAMPTZ', 'start end'),
  ...columns('VARCHAR', 'state reason src_ip dest_ip'),
  ...columns('INTEGER', 'src_port dest_port'),
  ...columns('JSON', 'alerted'),
];

const TCP: readonly EveColumn[] = columns('VARCHAR', 'tcp_flags tcp_flags_ts tcp_flags_tc state');

/** Whole seconds of the duration, single bits of the flags: said already by what is kept. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  flow: ['age'],
  tcp: ['syn', 'fin', 'rst', 'psh', 'ack', 'urg', 'ecn', 'cwr'],
};

/** Objects read as JSON text and taken apart for the rows that have them. */
const OBJECTS = columns('JSON', 'vlan ether netflow dns http tls quic ssh smtp email ftp fileinfo dhcp alert anomaly');

/** Documented keys that are rare enough to be missing from a sample of lines. */
const RARE = columns(
  'JSON',
  'host in_iface pcap_cnt pcap_filename metadata packet packet_info payload payload_printable stream xff verdict tunnel ' +
    'app_proto_tc app_proto_ts app_proto_orig app_proto_expected files capture_file parent_id',
);

/** More unknown keys than this are not columns: a hostile file must not make thousands of them. */
const MOST_UNKNOWN = 100;

/**
 * The columns of one file: what is filled, plus the unknown keys seen in `samples` (lines of the file; `complete`: all of
 * them, so that no key has to be foreseen).
 */
export function eveColumns(samples: readonly string[], complete = false): readonly EveColumn[] {
  const seen = unknownKeys(samples);
  const unknown = (known: readonly EveColumn[], keys: ReadonlySet<string>, derived: readonly string[]): EveColumn[] => {
    // DuckDB's column names know no case, JSON's keys do: of two spellings the first is taken.
    const taken = new Set([...known.map((c) => c.name), ...derived].map((n) => n.toLowerCase()));
    const out: EveColumn[] = [];
    for (const name of [...keys].sort()) {
      if (name === '' || taken.has(name.toLowerCase()) || out.length >= MOST_UNKNOWN) continue;
      taken.add(name.toLowerCase());
      out.push({ name, type: 'JSON' });
    }
    return out;
  };
  const structs: EveColumn[] = [
    { name: 'flow', type: [...FLOW, ...unknown(FLOW, seen.flow, DERIVED.flow!)] },
    { name: 'tcp', type: [...TCP, ...unknown(TCP, seen.tcp, DERIVED.tcp!)] },
  ];
  const known = [...ENVELOPE, ...structs, ...OBJECTS, ...(complete ? [] : RARE)];
  return [...known, ...unknown(known, seen.top, [])];
}

function unknownKeys(samples: readonly string[]): { top: Set<string>; flow: Set<string>; tcp: Set<string> } {
  const out = { top: new Set<string>(), flow: new Set<string>(), tcp: new Set<string>() };
  for (const line of samples) {
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      continue;
    }
    // Events of other types are kept whole from their line.
    if (!isObject(event) || !(String(event.event_type) in CONTENT_KEYS)) continue;
    for (const key of Object.keys(event)) out.top.add(key);
    if (isObject(event.flow)) for (const key of Object.keys(event.flow)) out.flow.add(key);
    if (isObject(event.tcp)) for (const key of Object.keys(event.tcp)) out.tcp.add(key);
  }
  return out;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** The type of a column as SQL. */
export function sqlType(type: EveColumn['type']): string {
  if (typeof type === 'string') return type;
  return `STRUCT(${type.map((c) => `${ident(c.name)} ${sqlType(c.type)}`).join(', ')})`;
}

/** `read_json(…)` of EVE lines with these columns: any line that does not fit is an error. */
export function readEve(path: string, cols: readonly EveColumn[], maxLine: number): string {
  const list = cols.map((c) => `${ident(c.name)}: ${lit(sqlType(c.type))}`).join(', ');
  const size = maxLine > 16_000_000 ? `, maximum_object_size = ${maxLine + 1024}` : '';
  return `read_json(${lit(path)}, format = 'newline_delimited', columns = {${list}}${size})`;
}
