import { columnsOf } from '../case/schema.js';
import type { DissectTable } from './dissect/dissector.js';

/** Columns of `flows` that a capture does not tell. */
const UNKNOWN_FLOW_COLUMNS = ['local_orig', 'local_resp', 'source_state'];

/** Columns that dissectors and decoder can fill. */
const RECORD_FIELDS: Readonly<Record<DissectTable, string>> = {
  arp: 'ts operation src_mac dst_mac orig_h resp_h orig_hw resp_hw',
  dhcp: 'ts uid uids client_addr server_addr mac host_name client_fqdn domain requested_addr assigned_addr lease_time client_message server_message msg_types duration',
  dns: 'ts uid orig_h orig_p resp_h resp_p proto trans_id rtt query qclass_name qtype_name rcode_name AA TC RD RA answers ttls rejected',
  files:
    'ts fuid uid orig_h orig_p resp_h resp_p tx_hosts rx_hosts conn_uids source depth analyzers mime_type filename duration is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout',
  ftp: 'ts uid orig_h orig_p resp_h resp_p user password command arg mime_type file_size reply_code reply_msg data_channel_passive data_channel_orig_h data_channel_resp_h data_channel_resp_p fuid',
  http: 'ts uid orig_h orig_p resp_h resp_p trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg username proxied orig_fuids orig_mime_types resp_fuids resp_mime_types',
  smtp: 'ts uid orig_h orig_p resp_h resp_p trans_depth helo mailfrom rcptto date from to cc reply_to msg_id in_reply_to subject x_originating_ip first_received second_received last_reply path user_agent tls fuids',
  software:
    'ts host host_p software_type name version_major version_minor version_minor2 version_minor3 version_addl unparsed_version',
  ssh: 'ts uid orig_h orig_p resp_h resp_p version auth_success auth_attempts client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key hassh hassh_server',
  ssl: 'ts uid orig_h orig_p resp_h resp_p version cipher curve server_name resumed last_alert next_protocol established ssl_history cert_chain_fps client_cert_chain_fps subject issuer client_subject client_issuer not_before not_after sni_matches_cert ja3 ja3s ja4 cert_sha1 cert_sha256 extra',
  tunnel: 'ts uid orig_h orig_p resp_h resp_p tunnel_type action',
  weird: 'ts uid orig_h orig_p resp_h resp_p name addl notice peer source',
  x509: 'ts uid fingerprint version serial subject issuer not_before not_after key_alg sig_alg key_type key_length exponent curve san_dns san_uri san_email san_ip basic_constraints_ca basic_constraints_path_len host_cert client_cert',
};

/** Fields that captures can give, as `table.column`. */
export function captureFields(): string[] {
  const flows = columnsOf('flows')
    .map((c) => c.name)
    .filter((name) => !UNKNOWN_FLOW_COLUMNS.includes(name));
  return [
    ...flows.map((name) => `flows.${name}`),
    ...Object.entries(RECORD_FIELDS).flatMap(([table, columns]) =>
      columns.split(' ').map((column) => `${table}.${column}`),
    ),
  ];
}
