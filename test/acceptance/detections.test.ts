import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';

/** What Slips' own tests expect of its captures, and captures with labels. They lie beside the checkout. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(join(DATA, 'slips-expectations.tsv'));
if (!present) console.log(`skipped: no slips-expectations.tsv at ${DATA}`);

interface Wanted {
  readonly detection: string;
  readonly profile?: string;
  readonly key?: string;
}

/** Expected texts that are findings of detections here; the first that matches decides. */
const TEXTS: readonly [RegExp, (m: RegExpExecArray) => Wanted][] = [
  [/long connection/i, () => ({ detection: 'long-connection' })],
  [/icmp scanning/i, () => ({ detection: 'icmp-sweep' })],
  [/horizontal port scan to port \S+ (\d+\/\w+)\. From ([0-9.]+)/i, scanOfPort],
  [/horizontal port scan/i, () => ({ detection: 'horizontal-port-scan' })],
  [/vertical port scan to IP ([0-9.]+) from ([0-9.]+?)\.?$/i, scanOfHost],
  [/vertical port scan/i, () => ({ detection: 'vertical-port-scan' })],
  [
    /multiple reconnection attempts to \S+ from ([0-9.]+)/i,
    (m) => ({ detection: 'multiple-reconnections', profile: m[1]! }),
  ],
  [/arp scan/i, () => ({ detection: 'arp-scan' })],
  [
    /ARP (?:packet to a destination address )?outside of local network/i,
    () => ({ detection: 'arp-outside-local-network' }),
  ],
  [/unsolicited ARP/i, () => ({ detection: 'arp-unsolicited' })],
  [/DHCP scan/i, () => ({ detection: 'dhcp-scan' })],
  [/device changing IPs/i, () => ({ detection: 'device-changing-ip' })],
  [/unknown destination port/i, () => ({ detection: 'unknown-port' })],
  [/connecting to private IP/i, () => ({ detection: 'private-ip-connection' })],
  [/bad SMTP login to ([0-9.]+)/i, (m) => ({ detection: 'bad-smtp-login', key: m[1]! })],
  [/SMTP login bruteforce to ([0-9.]+?)\.?(?: |$)/i, (m) => ({ detection: 'smtp-bruteforce', key: m[1]! })],
  [/GRE tunnel/i, () => ({ detection: 'gre-tunnel', profile: '10.0.2.15', key: '115.112.11.30' })],
  [/SSH client version changing/i, () => ({ detection: 'ssh-version-change' })],
  [/DNS TXT answer with high entropy/i, () => ({ detection: 'dns-high-entropy-txt' })],
  [
    /non-HTTP established connection to port 80\. destination IP: ([0-9.]+)/i,
    (m) => ({ detection: 'non-http-on-80', profile: '10.0.2.15', key: m[1]! }),
  ],
  [/non-HTTP established connection/i, () => ({ detection: 'non-http-on-80' })],
  [/non-SSL established connection/i, () => ({ detection: 'non-ssl-on-443', key: '185.247.224.89' })],
  [
    /incompatible certificate CN to IP ([0-9.]+) domain (\S+)/i,
    (m) => ({ detection: 'incompatible-certificate-name', profile: '10.0.2.15', key: `${m[1]}/${m[2]}` }),
  ],
  [/incompatible certificate CN/i, () => ({ detection: 'incompatible-certificate-name' })],
  [/suspicious user-agent/i, () => ({ detection: 'suspicious-user-agent', key: 'Log4Shell exploit' })],
  [/download of an executable/i, () => ({ detection: 'executable-download', key: '147.32.80.7' })],
  [/empty HTTP connections to (\S+)/i, (m) => ({ detection: 'empty-connections', key: m[1]! })],
];

/** Records that the expectations name for one capture and that lie in another. */
const ELSEWHERE: readonly Row[] = [
  {
    input: 'zeek/slips-head/test9-mixed-zeek-dir',
    detection: 'bad-smtp-login',
    profile: '10.1.11.101',
    key: '80.75.42.226',
  },
  {
    input: 'zeek/slips-head/test9-mixed-zeek-dir',
    detection: 'smtp-bruteforce',
    profile: '10.1.11.101',
    key: '80.75.42.226',
  },
  { input: 'zeek/slips-head/test9-mixed-zeek-dir', detection: 'ssh-version-change', profile: '192.168.1.247' },
  { input: 'zeek/slips-2021/sample_zeek_files-2', detection: 'dns-high-entropy-txt' },
  { input: 'zeek/slips-head/test10-mixed-zeek-dir/conn.log', detection: 'non-ssl-on-443', key: '3.123.248.34' },
];

function scanOfPort(m: RegExpExecArray): Wanted {
  return { detection: 'horizontal-port-scan', key: m[1]!, profile: m[2]! };
}

function scanOfHost(m: RegExpExecArray): Wanted {
  return { detection: 'vertical-port-scan', key: `${m[1]}/tcp`, profile: m[2]! };
}

/** Expectations that the stored file cannot meet, with the reason. */
const ABSENT: Readonly<Record<string, string>> = {
  'zeek/slips-2021/sample_zeek_files/conn.log horizontal-port-scan':
    'nobody fails to reach more than two hosts on any port, nor in the edition of 2026',
  'zeek/slips-2021/sample_zeek_files-2/conn.log horizontal-port-scan':
    'nobody fails to reach more than four hosts on any port; the edition of 2026 has the scan (1337/tcp)',
  'zeek/slips-head/test14-malicious-zeek-dir multiple-reconnections':
    'one connection written five times with one uid: one flow and four rejects, no five attempts',
  'zeek/slips-head/test14-malicious-zeek-dir bad-smtp-login': 'no smtp.log; the records are in test9',
  'zeek/slips-head/test14-malicious-zeek-dir smtp-bruteforce': 'no smtp.log; the records are in test9',
  'zeek/slips-head/test15-malicious-zeek-dir ssh-version-change': 'no software.log; the records are in test9',
  'zeek/slips-head/test10-mixed-zeek-dir dns-high-entropy-txt': 'no dns.log; the edition of 2021 has the answer',
  'suricata/slips/test6-malicious.suricata.json non-http-on-80': 'EVE does not give payload bytes: not decided',
};

interface Row extends Wanted {
  readonly input: string;
}

function expectations(): Row[] {
  const lines = readFileSync(join(DATA, 'slips-expectations.tsv'), 'utf8').split('\n').slice(1);
  const out = new Map<string, Row>();
  for (const line of lines) {
    const [input, , , , text] = line.split('\t');
    if (!input || !text) continue;
    for (const part of text.split(/[;|]| \/ /)) {
      for (const [pattern, wanted] of TEXTS) {
        const match = pattern.exec(part);
        if (!match) continue;
        const row = { input, ...wanted(match) };
        out.set(JSON.stringify(row), row);
        break;
      }
    }
  }
  return [...out.values(), ...ELSEWHERE];
}

interface Finding {
  readonly detection: string;
  readonly profile: string;
  readonly key: string;
}

interface Found {
  readonly evidence: Finding[];
  readonly alerts: { profile: string }[];
}

const known = new Map<string, Promise<Found>>();

function analysed(input: string): Promise<Found> {
  const found = known.get(input) ?? analyse(input);
  known.set(input, found);
  return found;
}

async function analyse(input: string): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-acceptance-'));
  const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
  try {
    await ingest(store, [join(DATA, input)]);
    const summary = await detect(store, { ...defaultOptions, direction: 'all' });
    expect(summary.failed).toEqual([]);
    return {
      evidence: await store.db.all<Finding>('SELECT detection, profile, key FROM evidence ORDER BY ALL'),
      alerts: await store.db.all<{ profile: string }>('SELECT DISTINCT profile FROM alerts ORDER BY ALL'),
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!present)("what Slips' tests expect", () => {
  const rows = present ? expectations() : [];

  it('has rows for these detections', () => {
    expect(rows.length).toBeGreaterThanOrEqual(12);
  });

  it.each(rows.map((r) => [`${r.input} ${r.detection}`, r] as const))(
    '%s',
    async (name, row) => {
      const matching = (await analysed(row.input)).evidence.filter(
        (e) =>
          e.detection === row.detection &&
          (row.profile === undefined || e.profile === row.profile) &&
          (row.key === undefined || e.key === row.key),
      );
      if (ABSENT[name] !== undefined) {
        console.log(`not in the data: ${name}: ${ABSENT[name]}`);
        expect(matching).toEqual([]);
      } else {
        expect(matching).not.toEqual([]);
      }
    },
    120_000,
  );
});

/** Local hosts of labelled captures that have to alert, or must not. */
const HOSTS: readonly [input: string, host: string, alerts: boolean][] = [
  ['argus/slips-head/test4-malicious.binetflow', '192.168.2.12', true],
  ['argus/slips-head/test11-portscan.binetflow', '10.8.0.69', true],
  ['labelled/zeek/008-mixed/data', '104.156.155.13', true],
  ['labelled/zeek/008-mixed/data', '147.32.81.167', false],
  ['labelled/zeek/2023-02-20-mixed', '192.168.1.109', false],
  ['labelled/argus/normal_2013-10-21_capture-1.binetflow', '147.32.83.53', false],
  ['labelled/argus/normal_2015-03-24_capture1-only-dns.binetflow', '10.0.0.34', false],
];

describe.skipIf(!present)('alerts of labelled captures', () => {
  it.each(HOSTS)(
    '%s: %s alerts: %s',
    async (input, host, alerts) => {
      expect((await analysed(input)).alerts.some((a) => a.profile === host)).toBe(alerts);
    },
    120_000,
  );
});
