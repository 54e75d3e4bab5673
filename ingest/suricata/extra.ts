import { ident, lit } from '../case/sql.js';
import { CONTENT_KEYS, type EveColumn } from './columns.js';
import { CONTENTS } from './contents.js';

/** Typed keys and their types; the others of an event are in its `content` or its `rest`. */
const TYPED: Readonly<Record<string, 'text' | 'number' | 'json'>> = {
  ...{ src_ip: 'text', src_port: 'number', dest_ip: 'text', dest_port: 'number', proto: 'text', app_proto: 'text' },
  ...{ icmp_type: 'number', icmp_code: 'number', tx_id: 'number', community_id: 'text', direction: 'text' },
  ...{ vlan: 'json', ether: 'json' },
};

/** Keys that every table has a place for. */
const EVERYWHERE = ['src_ip', 'src_port', 'dest_ip', 'dest_port', 'proto'];
const PORTS_OF_ICMP = ['icmp_type', 'icmp_code'];
const OF_FLOWS = ['app_proto', ...PORTS_OF_ICMP, 'community_id', 'vlan', 'ether'];

/** Keys beside the event's own object that its table has a place for. */
const MAPPED: Readonly<Record<string, readonly string[]>> = {
  flow: OF_FLOWS,
  netflow: OF_FLOWS,
  http: ['tx_id'],
  smtp: ['tx_id'],
  fileinfo: ['app_proto'],
  alert: ['app_proto', ...PORTS_OF_ICMP],
};

/** Keys kept although the tables have a place for them: flows made from events need them, and this table lacks them. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  dhcp: ['src_ip', 'src_port', 'dest_ip', 'dest_port'],
  anomaly: ['proto'],
  fileinfo: ['proto'],
  quic: ['proto'],
};

/** Members of the `flow` object that `flows` has columns for. */
const FLOW_MEMBERS = ['pkts_toserver', 'pkts_toclient', 'bytes_toserver', 'bytes_toclient', 'start', 'end', 'state'];

/** SQL of the `extra` column of one event type: a JSON object of everything that has no column, else NULL. */
export function extraSql(eventType: string): string {
  const kept = KEPT[eventType] ?? [];
  const mapped = [...EVERYWHERE, ...(MAPPED[eventType] ?? [])].filter((name) => !kept.includes(name));
  const pieces = Object.entries(TYPED)
    .filter(([name]) => !mapped.includes(name))
    .map(([name, type]) => piece(name, asJson(name, type)));
  if (mapped.includes('ether')) pieces.push(piece('ether', manyMacs()));
  if (eventType !== 'flow') pieces.unshift(leftovers(CONTENT_KEYS[eventType]!, 'content'));
  if (eventType === 'smtp') pieces.push(leftovers('email', 'email'));
  return `nullif('{' || concat_ws(',', ${[...pieces, 'rest'].join(', ')}) || '}', '{}')::JSON`;
}

/** SQL of `rest`: keys that no table has a column for, as members of a JSON object without its braces, else NULL. */
export function restSql(columns: readonly EveColumn[]): string {
  const pieces: string[] = [];
  for (const { name, type } of columns) {
    if (typeof type !== 'string') pieces.push(structPiece(name, type));
    else if (type === 'JSON' && TYPED[name] === undefined) {
      const owner = name === 'email' ? 'smtp' : Object.keys(CONTENT_KEYS).find((key) => CONTENT_KEYS[key] === name);
      const value = ident(name);
      pieces.push(piece(name, owner ? `CASE WHEN event_type IS DISTINCT FROM ${lit(owner)} THEN ${value} END` : value));
    }
  }
  return `nullif(concat_ws(',', ${pieces.join(', ')}), '')`;
}

const piece = (key: string, value: string): string => `${lit(`${JSON.stringify(key)}:`)} || (${value})::VARCHAR`;

function asJson(value: string, type: string): string {
  if (type === 'TIMESTAMPTZ') return `strftime(${value}, '"%Y-%m-%dT%H:%M:%S.%fZ"')`;
  return type === 'text' || type === 'VARCHAR' ? `to_json(${value}::VARCHAR)` : value;
}

/** What is left of an object when the keys that have columns are gone. */
function leftovers(key: string, column: string): string {
  const { mapped } = CONTENTS[key]!;
  const patch = (names: readonly string[]): string =>
    lit(JSON.stringify(Object.fromEntries(names.map((n) => [n, null]))));
  if (key === 'dns') {
    // Answers whose data is no text stay as they are.
    const odd = ['soa', 'srv', 'sshfp'].map((name) => `contains(${column}::VARCHAR, '"${name}"')`).join(' OR ');
    const without = `CASE WHEN ${odd} THEN ${patch(mapped.filter((n) => n !== 'answers'))} ELSE ${patch(mapped)} END`;
    return piece(key, `nullif(json_merge_patch(${column}, ${without})::VARCHAR, '{}')`);
  }
  const value = mapped.length === 0 ? column : `json_merge_patch(${column}, ${patch(mapped)})`;
  // `netflow` stays even when empty: it says what the flow was made of.
  return piece(key, key === 'netflow' ? value : `nullif((${value})::VARCHAR, '{}')`);
}

/** `flow` and `tcp`: of flow events what has no column, of others (alerts) all. */
function structPiece(name: string, members: readonly EveColumn[]): string {
  const part = (m: EveColumn): string => piece(m.name, asJson(`${name}.${ident(m.name)}`, m.type as string));
  // The flags of both sides together are said by those of either side.
  const dropped = name === 'flow' ? FLOW_MEMBERS : ['tcp_flags'];
  const few = members.filter((m) => !dropped.includes(m.name)).map(part);
  const all = members.map(part);
  return `CASE WHEN ${name} IS NOT NULL THEN ${piece(
    name,
    `nullif('{' || CASE WHEN event_type = 'flow' THEN concat_ws(',', ${few.join(', ')}) ELSE concat_ws(',', ${all.join(', ')}) END || '}', '{}')`,
  )} END`;
}

/** Lists of hardware addresses with more than the one that has a column. */
const manyMacs = (): string =>
  `CASE WHEN json_array_length(ether, '$.src_macs') > 1 OR json_array_length(ether, '$.dest_macs') > 1 THEN ether END`;
