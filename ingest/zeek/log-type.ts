/** Where the records of a Zeek log go. `other` keeps them whole. */
export interface LogType {
  /** Zeek's name: conn, dns, … */
  readonly path: string;
  readonly table: string;
  /** Snapshots of connections that were still open (open_conn.log). */
  readonly open: boolean;
}

const TABLES: Readonly<Record<string, string>> = {
  conn: 'flows',
  dns: 'dns',
  http: 'http',
  ssl: 'ssl',
  x509: 'x509',
  ssh: 'ssh',
  files: 'files',
  smtp: 'smtp',
  ftp: 'ftp',
  dhcp: 'dhcp',
  arp: 'arp',
  software: 'software',
  notice: 'notice',
  weird: 'weird',
  tunnel: 'tunnel',
  login: 'login',
};

/** Keys that only one log has: tells JSON logs apart when neither `_path` nor the file name does. */
const MARKS: readonly (readonly [string, readonly string[]])[] = [
  ['conn', ['conn_state', 'id.orig_h']],
  ['conn', ['conn_state', 'id_orig_h']],
  ['dns', ['trans_id', 'id.orig_h']],
  ['dns', ['trans_id', 'id_orig_h']],
  ['http', ['trans_depth', 'method']],
  ['http', ['trans_depth', 'status_code']],
  ['ssl', ['ssl_history']],
  ['ssl', ['cipher', 'resumed']],
  ['x509', ['certificate.subject']],
  ['x509', ['certificate_subject']],
  ['ssh', ['auth_attempts']],
  ['ssh', ['hassh']],
  ['files', ['fuid', 'analyzers']],
  ['smtp', ['mailfrom']],
  ['smtp', ['helo']],
  ['ftp', ['command', 'reply_code']],
  ['dhcp', ['client_addr', 'mac']],
  ['arp', ['operation', 'orig_hw']],
  ['software', ['software_type']],
  ['notice', ['note', 'suppress_for']],
  ['notice', ['note', 'msg']],
  ['tunnel', ['tunnel_type']],
  ['weird', ['name', 'notice', 'peer']],
];

/** The log type from Zeek's own path, the file name (`conn.2023-01-01-00.log`), or the keys. */
export function logType(path: string | undefined, fileName: string, keys: readonly string[]): LogType {
  const named = /^([a-z][a-z0-9_]*?)(?=[._-]|$)/i.exec(fileName.replace(/^open_/, 'open~'))?.[1];
  const openName = /^open_([a-z0-9]+)/i.exec(fileName)?.[1]?.toLowerCase();
  const has = new Set(keys);
  const fits = (log: string): boolean => MARKS.some(([l, ks]) => l === log && ks.every((k) => has.has(k)));
  const byKeys = MARKS.find(([, ks]) => ks.every((k) => has.has(k)))?.[0];
  const own = path?.replace(/^open_/, '');
  const byName = [openName, named?.toLowerCase()].find((n) => n !== undefined && n in TABLES && (fits(n) || !byKeys));
  const log = own ?? byName ?? byKeys ?? named?.toLowerCase() ?? 'unknown';
  return {
    path: log,
    table: TABLES[log] ?? 'other',
    open: path?.startsWith('open_') === true || openName === log,
  };
}
