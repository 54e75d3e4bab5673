import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of Zeek's own logs beside a trace. */
export interface Baseline {
  readonly trace: string;
  readonly pcap: string;
  readonly test: string;
  readonly log: string;
  /** Zeek dropped packets with wrong checksums. */
  readonly checksums: boolean;
  /** Its script masks client addresses. */
  readonly anonymised: boolean;
  readonly fields: string[];
  readonly rows: Record<string, string>[];
}

/** All baselines under `zeek-traces`. */
export function baselines(root: string): Baseline[] {
  const out: Baseline[] = [];
  for (const trace of readdirSync(root).sort()) {
    const folder = join(root, trace);
    const pcap = readdirSync(folder).find((name) => name.startsWith('trace.'));
    if (pcap === undefined) continue;
    for (const test of readdirSync(folder).sort()) {
      const meta = join(folder, test, 'meta.json');
      if (!existsSync(meta)) continue;
      const { ignore_checksums, command } = JSON.parse(readFileSync(meta, 'utf8')) as {
        ignore_checksums: boolean;
        command: string;
      };
      // The trace of this test has wrong checksums; its configuration ignores them.
      const checksums = !ignore_checksums && !/ -C/.test(command) && trace !== 'http__http-single-conn-22';
      for (const file of readdirSync(join(folder, test)).sort()) {
        const log = /^(\w+)\.log(\.cut)?$/.exec(file)?.[1];
        if (log === undefined) continue;
        const parsed = parse(readFileSync(join(folder, test, file), 'utf8'));
        const anonymised = test.endsWith('init-in-anon-function');
        out.push({ trace, pcap: join(folder, pcap), test, log, checksums, anonymised, ...parsed });
      }
    }
  }
  return out;
}

/** Tests whose scripts configure Zeek in a way that the product has no counterpart for. */
const CONFIGURED = new Set([
  'scripts.base.protocols.ftp.ftp-max-arg-length',
  'scripts.base.protocols.ftp.ftp-max-user-length',
  'spicy.protocol-analyzer-data-in',
  'scripts.policy.protocols.ssl.decryption',
]);

/** Commands that are logged unless a script asks for more. */
const FTP_COMMANDS = new Set(['APPE', 'DELE', 'RETR', 'STOR', 'STOU', 'ACCT', 'PORT', 'PASV', 'EPRT', 'EPSV']);

/** The rows of a baseline that stand for Zeek as it is configured by default, with our column names. */
export function comparable(baseline: Baseline): Record<string, string>[] {
  if (CONFIGURED.has(baseline.test)) return [];
  const rows =
    baseline.log === 'ftp' ? baseline.rows.filter((row) => FTP_COMMANDS.has(row.command ?? '')) : baseline.rows;
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k.replace('data_channel.', 'data_channel_'), v])),
  );
}

function parse(content: string): { fields: string[]; rows: Record<string, string>[] } {
  let fields: string[] | undefined;
  const rows: Record<string, string>[] = [];
  for (const line of content.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#fields')) fields = line.split('\t').slice(1);
    else if (line.startsWith('#')) continue;
    else if (fields === undefined) fields = line.split('\t');
    else rows.push(Object.fromEntries(line.split('\t').map((cell, i) => [fields![i] ?? String(i), cell])));
  }
  return { fields: (fields ?? []).map((f) => f.replace(/^id\./, '')), rows: rows.map(dropId) };
}

function dropId(row: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([k, v]) => [k.replace(/^id\./, ''), v]));
}
