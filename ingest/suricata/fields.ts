import type { CaseStore } from '../case/case-store.js';
import { columnsOf } from '../case/schema.js';
import { ident, lit } from '../case/sql.js';

const ENDS = 'uid ts orig_h orig_p resp_h resp_p';
const FLOW =
  `${ENDS} duration proto service orig_pkts resp_pkts orig_ip_bytes resp_ip_bytes orig_size resp_size ` +
  'established outcome orientation ended';

/** Table and columns that events of a type always give, whether or not this file has a value for them. */
const ALWAYS: Readonly<Record<string, readonly [table: string, columns: string]>> = {
  flow: ['flows', `${FLOW} source_state`],
  netflow: ['flows', FLOW],
  dns: ['dns', `${ENDS} proto trans_id query qtype_name`],
  http: ['http', `${ENDS} method host uri referrer user_agent version status_code response_body_len resp_mime_types`],
  tls: ['ssl', `${ENDS} version server_name subject issuer`],
  quic: ['ssl', `${ENDS} version server_name`],
  ssh: ['ssh', `${ENDS} version client server`],
  smtp: ['smtp', `${ENDS} helo mailfrom rcptto`],
  ftp: ['ftp', `${ENDS} user command arg reply_code reply_msg`],
  fileinfo: ['files', `${ENDS} tx_hosts rx_hosts conn_uids source filename seen_bytes is_orig`],
  dhcp: ['dhcp', 'uid uids ts client_addr mac assigned_addr msg_types'],
  alert: ['suricata_alert', `${ENDS} proto action gid signature_id rev signature category severity`],
  anomaly: ['weird', `${ENDS} name source`],
};

/** The table that events of a type fill. */
export const tableOf = (eventType: string): string => ALWAYS[eventType]?.[0] ?? 'other';

const NOT_FIELDS = ['flow_id', 'capture_id', 'source_id', 'row', 'extra'];

/**
 * Fields that this capture's source can give: those its event types always have, and others (JA3, hashes, hassh, VLANs, …)
 * when at least one row has them.
 */
export async function givenFields(
  store: CaseStore,
  captureId: string,
  eventTypes: Iterable<string>,
): Promise<string[]> {
  const fields = new Set<string>();
  const tables = new Set<string>();
  let loose = false;
  for (const type of eventTypes) {
    const [table, columns] = ALWAYS[type] ?? ['other', 'uid ts log record'];
    tables.add(table);
    for (const column of columns.split(' ')) fields.add(`${table}.${column}`);
    loose ||= type !== 'flow' && type !== 'netflow';
  }
  // Flows are made from the other events where flow events are missing.
  if (loose)
    for (const column of `${ENDS} proto service outcome orientation ended`.split(' ')) fields.add(`flows.${column}`);
  for (const table of [...tables].sort()) {
    const names = columnsOf(table)
      .map((c) => c.name)
      .filter((name) => !NOT_FIELDS.includes(name) && !fields.has(`${table}.${name}`));
    if (names.length === 0) continue;
    const row = await store.db.one<Record<string, string>>(
      `SELECT ${names.map((n) => `count(${ident(n)}) AS ${ident(n)}`).join(', ')} FROM ${table} WHERE capture_id = ${lit(captureId)}`,
    );
    for (const name of names) if (Number(row?.[name]) > 0) fields.add(`${table}.${name}`);
  }
  return [...fields];
}
