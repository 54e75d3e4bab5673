import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ipv6 } from '../../../ingest/pcap/dissect/bytes.js';
import type { DissectRow } from '../../../ingest/pcap/dissect/dissector.js';
import type { Replayed } from './engine.js';

/** One check of a suricata-verify test that our tables can answer. */
export interface SuricataCheck {
  readonly test: string;
  readonly pcap: string;
  readonly count: number;
  readonly match: Record<string, unknown>;
}

/** How a key of an EVE event is read from our rows. */
type Reader = (row: DissectRow, all: Replayed) => unknown;

const first =
  (column: string): Reader =>
  (row) =>
    (row[column] as string[] | undefined)?.[0];
const http = (row: DissectRow, all: Replayed) =>
  all.rows.http.find(
    (h) =>
      (h.resp_fuids as string[] | undefined)?.includes(String(row.fuid)) ||
      (h.orig_fuids as string[] | undefined)?.includes(String(row.fuid)),
  );

const EVENTS: Record<string, { table: keyof Replayed['rows']; keys: Record<string, Reader> }> = {
  http: {
    table: 'http',
    keys: {
      'http.http_method': (r) => r.method,
      'http.hostname': (r) => String(r.host ?? '').replace(/:\d+$/, ''),
      'http.url': (r) => r.uri,
      'http.status': (r) => r.status_code,
      'http.http_user_agent': (r) => r.user_agent,
      'http.protocol': (r) => `HTTP/${String(r.version)}`,
      'http.length': (r) => r.response_body_len,
    },
  },
  fileinfo: {
    table: 'files',
    keys: {
      'fileinfo.filename': (r, all) => r.filename ?? String(http(r, all)?.uri ?? '').replace(/[?#].*$/, ''),
      'fileinfo.size': (r) => Number(r.seen_bytes) + Number(r.missing_bytes ?? 0),
      'http.http_method': (r, all) => http(r, all)?.method,
      'http.hostname': (r, all) => http(r, all)?.host,
    },
  },
  tls: {
    table: 'ssl',
    keys: {
      'tls.version': (r) =>
        String(r.version).replace(/^TLSv1(\d)(-draft(\d+))?$/, (_a, minor, d, n) =>
          d ? `TLS 1.3 draft-${n}` : minor === '0' ? 'TLSv1' : `TLS 1.${minor}`,
        ),
      'tls.sni': (r) => r.server_name,
      'tls.ja3.hash': (r) => r.ja3,
      'tls.ja3s.hash': (r) => r.ja3s,
      'tls.subject': (r) => r.subject,
    },
  },
  smtp: {
    table: 'smtp',
    keys: {
      'smtp.helo': (r) => r.helo,
      'smtp.mail_from': (r) => `<${String(r.mailfrom)}>`,
      'smtp.rcpt_to[0]': (r) => `<${String((r.rcptto as string[] | undefined)?.[0])}>`,
      'email.from': (r) => r.from,
      'email.to[0]': first('to'),
    },
  },
  quic: { table: 'ssl', keys: {} },
  ssh: { table: 'ssh', keys: { 'ssh.client.software_version': (r) => String(r.client).split('-')[2] } },
};

const COMMON: Record<string, Reader> = {
  src_ip: (r) => r.orig_h,
  dest_ip: (r) => r.resp_h,
  src_port: (r) => r.orig_p,
  dest_port: (r) => r.resp_p,
  tx_id: (r) => (r.trans_depth === undefined ? undefined : Number(r.trans_depth) - 1),
};

/** Keys that say nothing about the records. */
const IGNORED = new Set([
  'event_type',
  'pcap_cnt',
  'proto',
  'email.status',
  'fileinfo.state',
  'fileinfo.stored',
  'community_id',
  'app_proto',
  'pkt_src',
  'fileinfo.gaps',
]);

/** The checks of all tests whose keys we can read. */
export function suricataChecks(root: string): SuricataCheck[] {
  const out: SuricataCheck[] = [];
  for (const test of readdirSync(root).sort()) {
    const folder = join(root, test);
    const spec = join(folder, 'test.yaml');
    const pcap = readdirSync(folder).find((name) => /\.(?:pcap|pcapng)$/.test(name));
    if (pcap === undefined || !existsSync(spec)) continue;
    const { checks } = parse(readFileSync(spec, 'utf8')) as {
      checks?: { filter?: { count: number; match: Record<string, unknown>; requires?: Record<string, unknown> } }[];
    };
    for (const { filter } of checks ?? []) {
      if (filter?.match === undefined || filter.requires?.['lt-version'] !== undefined) continue;
      const event = EVENTS[String(filter.match.event_type)];
      if (event === undefined) continue;
      if (!Object.keys(filter.match).every((k) => IGNORED.has(k) || COMMON[k] || event.keys[k])) continue;
      out.push({ test, pcap: join(folder, pcap), count: filter.count, match: filter.match });
    }
  }
  return out;
}

/** How many of our records match a check. */
export function countMatches(check: SuricataCheck, all: Replayed): number {
  const event = EVENTS[String(check.match.event_type)]!;
  return all.rows[event.table].filter((row) =>
    Object.entries(check.match).every(([key, want]) => {
      const read = event.keys[key] ?? COMMON[key];
      return read === undefined || IGNORED.has(key) || String(read(row, all)) === plain(String(want));
    }),
  ).length;
}

/** Suricata writes all zeros of an IPv6 address. */
function plain(text: string): string {
  if (!/^[0-9a-f]{4}(?::[0-9a-f]{4}){7}$/.test(text)) return text;
  return ipv6(Buffer.from(text.replaceAll(':', ''), 'hex'), 0);
}
