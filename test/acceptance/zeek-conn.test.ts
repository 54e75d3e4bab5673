import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../ingest/pcap/engine.js';
import type { ServerPorts } from '../../ingest/pcap/flow/server-ports.js';
import { toRecordBatch } from '../../ingest/pcap/output/arrow.js';
import { isKnownDifference } from './differences.js';

/**
 * Compares flows with Zeek's own conn.log of the same trace. Traces and baselines lie beside the repository; the list
 * of differences that are accepted, with their reasons, is in `differences.tsv`.
 */
const ROOT = new URL('../../../shared/data/zeek-traces/', import.meta.url);

type Row = Record<string, string>;

interface Meta {
  command: string;
  bare: boolean;
  ignore_checksums: boolean;
  filter: string | null;
  loads: string[];
}

/** Zeek's column names and ours. */
const COLUMNS: readonly [string, string][] = [
  ['id.orig_h', 'orig_h'],
  ['id.orig_p', 'orig_p'],
  ['id.resp_h', 'resp_h'],
  ['id.resp_p', 'resp_p'],
  ['proto', 'proto'],
  ['conn_state', 'conn_state'],
  ['history', 'history'],
  ['orig_pkts', 'orig_pkts'],
  ['resp_pkts', 'resp_pkts'],
  ['orig_ip_bytes', 'orig_ip_bytes'],
  ['resp_ip_bytes', 'resp_ip_bytes'],
  ['orig_bytes', 'orig_bytes'],
  ['resp_bytes', 'resp_bytes'],
  ['missed_bytes', 'missed_bytes'],
  ['duration', 'duration'],
];
/** Reported, but no part of the comparison that must hold. */
const EXTRA = new Set(['missed_bytes', 'duration']);

/** Server ports that scripts of a bare run bring along. */
const SCRIPT_PORTS: Readonly<Record<string, { tcp?: number[]; udp?: number[] }>> = {
  dhcp: { udp: [67, 68, 4011] },
  dns: { tcp: [53], udp: [53, 137, 5353, 5355] },
  ftp: { tcp: [21, 2811] },
  http: { tcp: [80, 81, 631, 1080, 3128, 8000, 8080, 8888] },
  irc: { tcp: [6666, 6667, 6668, 6669] },
  krb: { tcp: [88], udp: [88] },
  ldap: { tcp: [389, 3268], udp: [389, 3268] },
  mysql: { tcp: [1434, 3306] },
  postgresql: { tcp: [5432] },
  smtp: { tcp: [25, 587] },
  ssh: { tcp: [22] },
  ssl: { tcp: [443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223] },
  syslog: { udp: [514] },
  tunnels: { udp: [2123, 2152, 3544, 4789, 5072, 6081] },
};

function serverPorts(meta: Meta): ServerPorts | undefined {
  if (!meta.bare) return undefined;
  const tcp = new Set<number>();
  const udp = new Set<number>();
  const loads = [...meta.loads, ...(meta.command.match(/base\/\S+/g) ?? [])];
  for (const load of loads) {
    const ports = SCRIPT_PORTS[load.split('/').at(-1) ?? ''];
    for (const port of ports?.tcp ?? []) tcp.add(port);
    for (const port of ports?.udp ?? []) udp.add(port);
  }
  return { tcp, udp };
}

function readLog(file: URL): { columns: string[]; rows: Row[] } {
  const lines = readFileSync(file, 'utf8').split('\n');
  const head = lines.findIndex(
    (line) => line.startsWith('#fields') || line.startsWith('uid\t') || line.startsWith('ts\t'),
  );
  // A cut log may have lost its header; only logs with names are compared.
  if (head < 0) return { columns: [], rows: [] };
  const columns = lines[head]!.replace(/^#fields\t/, '').split('\t');
  const rows = lines
    .slice(head + 1)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Object.fromEntries(line.split('\t').map((value, k) => [columns[k] ?? '', value])));
  return { columns, rows };
}

async function ourRows(trace: string, meta: Meta): Promise<Row[]> {
  const rows: Row[] = [];
  const ports = serverPorts(meta);
  await readCapture(
    [trace],
    {
      checksums: meta.ignore_checksums ? 'ignore' : 'enforce',
      timeouts: { tcpInactivity: 300 },
      packetIndex: false,
      ...(ports ? { serverPorts: ports } : {}),
      ...(meta.filter ? { filter: meta.filter.replace(/^["']|["']$/g, '') } : {}),
    },
    {
      flows(batch) {
        for (const row of toRecordBatch(batch)) {
          const values = Object.entries(row.toJSON() as Record<string, unknown>);
          rows.push(Object.fromEntries(values.map(([name, value]) => [name, value == null ? '-' : String(value)])));
        }
      },
    },
  );
  return rows;
}

function same(column: string, zeek: string, ours: string): boolean {
  if (column === 'duration' && zeek !== '-' && ours !== '-') return Math.abs(Number(zeek) - Number(ours)) < 2e-6;
  return zeek === ours;
}

interface Difference {
  trace: string;
  flow: string;
  columns: string[];
}

/** Differing columns of two rows, by Zeek's names. */
function compare(columns: readonly string[], zeek: Row, ours: Row): string[] {
  // Without its packet counter Zeek leaves these columns unset.
  const counted = zeek.orig_pkts !== '-';
  return COLUMNS.filter(([name]) => columns.includes(name) && (counted || !/pkts|ip_bytes/.test(name)))
    .filter(([name, own]) => !same(name, zeek[name] ?? '-', ours[own] ?? '-'))
    .map(([name]) => name);
}

/** Pair each of Zeek's rows with the most similar of ours that is left. */
function pair(columns: readonly string[], zeek: Row[], ours: Row[]): { row: Row; differs: string[] }[] {
  const candidates: { z: number; o: number; differs: string[]; cost: number }[] = [];
  zeek.forEach((row, z) => {
    ours.forEach((own, o) => {
      const differs = compare(columns, row, own);
      const cost = differs.reduce((sum, name) => sum + (name.startsWith('id.') ? 100 : EXTRA.has(name) ? 1 : 10), 0);
      candidates.push({ z, o, differs, cost });
    });
  });
  candidates.sort((a, b) => a.cost - b.cost || a.z - b.z || a.o - b.o);
  const paired = new Map<number, string[]>();
  const used = new Set<number>();
  for (const { z, o, differs } of candidates) {
    if (paired.has(z) || used.has(o)) continue;
    paired.set(z, differs);
    used.add(o);
  }
  return zeek.map((row, z) => ({ row, differs: paired.get(z) ?? ['missing'] }));
}

function traces(): { trace: string; folder: URL; test: string }[] {
  const found: { trace: string; folder: URL; test: string }[] = [];
  for (const name of readdirSync(ROOT).sort()) {
    const folder = new URL(`${name}/`, ROOT);
    const file = readdirSync(folder).find((entry) => entry.startsWith('trace.'));
    if (!file) continue;
    for (const test of readdirSync(folder, { withFileTypes: true })) {
      if (!test.isDirectory()) continue;
      found.push({
        trace: new URL(file, folder).pathname,
        folder: new URL(`${test.name}/`, folder),
        test: `${name}/${test.name}`,
      });
    }
  }
  return found;
}

const present = existsSync(ROOT);
if (!present) console.warn('skipped: ../shared/data/zeek-traces is not there');

describe.skipIf(!present)("flows equal Zeek's conn.log", () => {
  it('at least 97 % of the rows, the others for known reasons', async () => {
    const counts = new Map<string, { rows: number; equal: number }>();
    const differences: Difference[] = [];
    const surplus: string[] = [];
    let rows = 0;
    for (const { trace, folder, test } of traces()) {
      const log = ['conn.log', 'conn.log.cut'].map((name) => new URL(name, folder)).find((url) => existsSync(url));
      if (!log) continue;
      const meta = JSON.parse(readFileSync(new URL('meta.json', folder), 'utf8')) as Meta;
      const { columns, rows: expected } = readLog(log);
      if (expected.length === 0 || !COLUMNS.some(([name]) => columns.includes(name))) continue;
      const own = await ourRows(trace, meta);
      const paired = pair(columns, expected, own);
      if (own.length > expected.length) surplus.push(`${test} ${own.length - expected.length}`);
      for (const { row, differs } of paired) {
        rows++;
        for (const [name] of COLUMNS) {
          if (!columns.includes(name) || (row.orig_pkts === '-' && /pkts|ip_bytes/.test(name))) continue;
          const count = counts.get(name) ?? { rows: 0, equal: 0 };
          count.rows++;
          if (!differs.includes(name) && !differs.includes('missing')) count.equal++;
          counts.set(name, count);
        }
        if (differs.length === 0) continue;
        const flow = COLUMNS.slice(0, 7).map(([name]) => row[name] ?? '?');
        differences.push({ trace: test, flow: flow.join(' '), columns: differs });
      }
    }
    const wrong = differences.filter((d) => d.columns.some((name) => !EXTRA.has(name)));
    const lines = [...counts].map(([name, c]) => `${name} ${c.equal}/${c.rows}`);
    console.info(`conn.log: ${rows - wrong.length} of ${rows} rows equal; ${lines.join(', ')}`);
    if (surplus.length > 0) console.info(`flows that Zeek does not have: ${surplus.join(', ')}`);
    if (process.env.ZEEK_CONN_SHOW) for (const d of differences) console.info(JSON.stringify(d));
    expect((rows - wrong.length) / rows).toBeGreaterThanOrEqual(0.97);
    expect(wrong.filter((d) => !isKnownDifference('conn', d.trace.split('/')[0]!))).toEqual([]);
  }, 120_000);
});
