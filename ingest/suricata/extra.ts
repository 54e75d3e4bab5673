import { ident, lit } from '../case/sql.js';
import { CONTENT_KEYS, type EveColumn } from './columns.js';
import { CONTENTS } from './contents.js';

/** Keys that every table has a place for. */
const EVERYWHERE = ['timestamp', 'flow_id', 'event_type', 'src_ip', 'src_port', 'dest_ip', 'dest_port', 'proto'];
const PORTS_OF_ICMP = ['icmp_type', 'icmp_code'];
const OF_FLOWS = ['app_proto', ...PORTS_OF_ICMP, 'community_id', 'vlan'];

/** Keys beside the event's own object that its table has a place for. */
const MAPPED: Readonly<Record<string, readonly string[]>> = {
  flow: OF_FLOWS,
  netflow: OF_FLOWS,
  http: ['tx_id'],
  smtp: ['tx_id', 'email'],
  fileinfo: ['app_proto'],
  alert: ['app_proto', ...PORTS_OF_ICMP],
};

/** Members of the `flow` object that `flows` has columns for. */
const FLOW_MEMBERS = ['pkts_toserver', 'pkts_toclient', 'bytes_toserver', 'bytes_toclient', 'start', 'end', 'state'];

/** Keys kept in `extra` although every other table drops them, because the table lacks their column. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  // Flows made from events need these.
  dhcp: ['src_ip', 'src_port', 'dest_ip', 'dest_port'],
  anomaly: ['proto'],
  fileinfo: ['proto'],
  quic: ['proto'],
};

/** Which columns hold anything, per event type; members of structs as `flow.reason`. */
export type Presence = ReadonlyMap<string, ReadonlySet<string>>;

/** SQL of the `extra` column of one event type: a JSON object of everything that has no column, else NULL. */
export function extraSql(eventType: string, columns: readonly EveColumn[], present: Presence): string {
  const has = present.get(eventType) ?? new Set<string>();
  const own = CONTENT_KEYS[eventType];
  const kept = KEPT[eventType] ?? [];
  const mapped = new Set([...EVERYWHERE, ...(MAPPED[eventType] ?? [])].filter((name) => !kept.includes(name)));
  const pieces: string[] = [];
  for (const column of columns) {
    const { name, type } = column;
    if (name === own && name !== 'flow') pieces.push(leftovers(name));
    else if (name === 'email' && eventType === 'smtp' && has.has(name)) pieces.push(leftovers(name));
    else if (typeof type !== 'string') pieces.push(...structPiece(column, eventType, has));
    else if (name === 'ether' && own !== undefined && OF_FLOWS === MAPPED[eventType]) {
      if (has.has(name)) pieces.push(piece(name, manyMacs()));
    } else if (!mapped.has(name) && has.has(name)) pieces.push(piece(name, asJson(ident(name), type)));
  }
  return objectOf(pieces);
}

const piece = (key: string, value: string): string => `${lit(`${JSON.stringify(key)}:`)} || (${value})::VARCHAR`;

const objectOf = (pieces: readonly string[]): string =>
  pieces.length === 0 ? 'NULL::JSON' : `nullif('{' || concat_ws(',', ${pieces.join(', ')}) || '}', '{}')::JSON`;

function asJson(value: string, type: string): string {
  if (type === 'JSON') return value;
  if (type === 'TIMESTAMPTZ') return `strftime(${value}, '"%Y-%m-%dT%H:%M:%S.%fZ"')`;
  return type === 'BIGINT' || type === 'INTEGER' ? `${value}::VARCHAR` : `to_json(${value}::VARCHAR)`;
}

/** What is left of an object when the keys that have columns are gone. */
function leftovers(key: string): string {
  const { mapped } = CONTENTS[key]!;
  const patch = Object.fromEntries(mapped.map((name) => [name, null]));
  if (key === 'dns') {
    // Answers whose data is no text (SOA, SRV, …) stay as they are.
    const rest = JSON.stringify(Object.fromEntries(mapped.filter((n) => n !== 'answers').map((n) => [n, null])));
    return piece(
      key,
      `nullif(json_merge_patch(dns, CASE WHEN contains(dns::VARCHAR, '"soa"') OR contains(dns::VARCHAR, '"srv"') OR contains(dns::VARCHAR, '"sshfp"') THEN ${lit(rest)} ELSE ${lit(JSON.stringify(patch))} END)::VARCHAR, '{}')`,
    );
  }
  // `netflow` stays even when empty: it says what the flow was made of.
  if (key === 'netflow') return piece(key, `json_merge_patch(netflow, ${lit(JSON.stringify(patch))})`);
  const value = mapped.length === 0 ? key : `json_merge_patch(${key}, ${lit(JSON.stringify(patch))})`;
  return piece(key, `nullif((${value})::VARCHAR, '{}')`);
}

function structPiece(column: EveColumn, eventType: string, has: ReadonlySet<string>): string[] {
  const members = column.type as readonly EveColumn[];
  const inFlow = eventType === 'flow';
  const parts = members
    .filter((m) => has.has(`${column.name}.${m.name}`))
    .filter((m) => !(inFlow && column.name === 'flow' && FLOW_MEMBERS.includes(m.name)))
    // The flags of both sides together: said by those of either side.
    .filter((m) => !(inFlow && m.name === 'tcp_flags' && has.has('tcp.tcp_flags_ts')))
    .map((m) => piece(m.name, asJson(`${column.name}.${ident(m.name)}`, m.type as string)));
  return parts.length === 0
    ? []
    : [piece(column.name, `nullif('{' || concat_ws(',', ${parts.join(', ')}) || '}', '{}')`)];
}

/** Lists of hardware addresses with more than the one that has a column. */
const manyMacs = (): string =>
  `CASE WHEN json_array_length(ether, '$.src_macs') > 1 OR json_array_length(ether, '$.dest_macs') > 1 THEN ether END`;
