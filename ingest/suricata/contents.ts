/** How the object of one event type is taken apart. */
export interface Content {
  /** Structure for DuckDB's `from_json`. */
  readonly shape: unknown;
  /** Keys with a column of their own: the others go to `extra`. */
  readonly mapped: readonly string[];
  /** Whole numbers and their least and greatest value: others reject the event. */
  readonly numbers?: Readonly<Record<string, readonly [number, number]>>;
}

const HUGE = 9007199254740992;
const text = (names: string): Record<string, string> =>
  Object.fromEntries(names.split(' ').map((name) => [name, 'VARCHAR']));
const hash = { hash: 'VARCHAR' };
const sshSide = { proto_version: 'VARCHAR', software_version: 'VARCHAR', hassh: hash };

/** By key of the object in the event. */
export const CONTENTS: Readonly<Record<string, Content>> = {
  dns: {
    shape: {
      ...text('type rrname rrtype rcode rdata'),
      version: 'INTEGER',
      id: 'INTEGER',
      ttl: 'BIGINT',
      rd: 'BOOLEAN',
      ra: 'BOOLEAN',
      aa: 'BOOLEAN',
      tc: 'BOOLEAN',
      queries: [text('rrname rrtype')],
      answers: [{ rdata: 'VARCHAR', ttl: 'BIGINT', srv: text('name'), soa: text('mname'), sshfp: text('fingerprint') }],
      grouped: 'MAP(VARCHAR, VARCHAR[])',
    },
    mapped: [
      ...['type', 'version', 'id', 'qr', 'rd', 'ra', 'aa', 'tc', 'rrname', 'rrtype', 'rcode'],
      ...['rdata', 'ttl', 'queries', 'answers', 'grouped'],
    ],
    numbers: { id: [0, 65535], ttl: [0, 4294967295] },
  },
  http: {
    shape: {
      ...text('http_method hostname url http_refer protocol version http_user_agent origin http_content_type'),
      length: 'BIGINT',
      status: 'INTEGER',
    },
    mapped: [
      ...['http_method', 'hostname', 'url', 'http_refer', 'protocol', 'http_user_agent', 'origin'],
      ...['http_content_type', 'length', 'status'],
    ],
    numbers: { length: [0, HUGE], status: [0, 99999] },
  },
  tls: {
    shape: {
      ...text('version sni subject issuerdn fingerprint notbefore notafter ja4'),
      session_resumed: 'BOOLEAN',
      server_alpns: ['VARCHAR'],
      client: text('subject issuerdn'),
      ja3: hash,
      ja3s: hash,
    },
    // ja3, ja3s, client and server_alpns hold more than the columns take.
    mapped: ['version', 'sni', 'subject', 'issuerdn', 'fingerprint', 'ja4', 'session_resumed'],
  },
  quic: { shape: { ...text('version sni ja4'), ja3: hash, ja3s: hash }, mapped: ['sni', 'ja4'] },
  ssh: { shape: { client: sshSide, server: sshSide }, mapped: [] },
  smtp: { shape: { ...text('helo mail_from'), rcpt_to: ['VARCHAR'] }, mapped: ['helo', 'mail_from', 'rcpt_to'] },
  email: {
    shape: {
      ...text('date from reply_to message_id in_reply_to subject x_mailer'),
      to: ['VARCHAR'],
      cc: ['VARCHAR'],
    },
    mapped: ['date', 'from', 'to', 'cc', 'reply_to', 'message_id', 'in_reply_to', 'subject', 'x_mailer'],
  },
  ftp: {
    shape: {
      ...text('command command_data mode'),
      completion_code: ['VARCHAR'],
      reply: ['VARCHAR'],
      dynamic_port: 'INTEGER',
    },
    mapped: ['command', 'command_data', 'mode', 'reply', 'dynamic_port'],
    numbers: { dynamic_port: [0, 65535] },
  },
  fileinfo: {
    shape: { ...text('filename mimetype md5 sha1 sha256'), size: 'BIGINT', tx_id: 'INTEGER' },
    mapped: ['filename', 'mimetype', 'md5', 'sha1', 'sha256', 'size', 'tx_id'],
    numbers: { size: [0, HUGE], tx_id: [0, 2147483646] },
  },
  dhcp: {
    shape: {
      ...text('type dhcp_type client_mac client_ip assigned_ip requested_ip hostname client_fqdn domain'),
      id: 'BIGINT',
      lease_time: 'BIGINT',
    },
    mapped: [
      ...['dhcp_type', 'client_mac', 'client_ip', 'assigned_ip', 'requested_ip', 'hostname', 'client_fqdn'],
      ...['domain', 'lease_time'],
    ],
    numbers: { id: [0, 4294967295], lease_time: [0, 4294967295] },
  },
  alert: {
    shape: {
      ...text('action signature category'),
      gid: 'BIGINT',
      signature_id: 'BIGINT',
      rev: 'BIGINT',
      severity: 'INTEGER',
      metadata: 'JSON',
    },
    mapped: ['action', 'gid', 'signature_id', 'rev', 'signature', 'category', 'severity', 'metadata'],
    numbers: { gid: [0, HUGE], signature_id: [0, HUGE], rev: [0, HUGE], severity: [0, 65535] },
  },
  anomaly: { shape: text('type event code layer'), mapped: ['type', 'event', 'layer'] },
  netflow: {
    shape: { ...text('start end'), pkts: 'BIGINT', bytes: 'BIGINT' },
    mapped: ['start', 'end', 'age', 'pkts', 'bytes'],
    numbers: { pkts: [0, HUGE], bytes: [0, HUGE] },
  },
};

/** The structure as the text that `from_json` takes. */
export const shapeOf = (key: string): string => JSON.stringify(CONTENTS[key]!.shape);
