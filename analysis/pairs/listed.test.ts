import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { FROM_CASE } from '../intel/load.js';
import { defaultOptions } from '../options.js';

const START = 1700000000;
/** Destination, server name, bytes sent, times. */
const MET: readonly (readonly [to: string, name: string, bytes: number, times: number])[] = [
  ['8.8.4.4', '', 1000, 1],
  ['9.9.9.9', '', 25_000_000, 1],
  ['1.0.0.1', 'Cdn.Evil.example.com', 1000, 1],
  ['8.8.4.4', 'www.behind.example.org', 1000, 1],
  ['1.1.1.1', '', 1000, 1],
  ['1.1.1.2', 'fine.example.net', 1000, 12],
];
const flows = MET.flatMap(([to, name, bytes, times], i) =>
  Array.from({ length: times }, (_, k) => ({ to, name, bytes, uid: `C${i}x${k}`, ts: START + i * 10 + k * 60 })),
);
const HEADER = '#separator \\x09\n#path\t';
const CONN = `${HEADER}conn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\torig_bytes\tresp_bytes\torig_ip_bytes\tresp_ip_bytes\n`;
const SSL = `${HEADER}ssl\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tserver_name\n`;
const DNS = `${HEADER}dns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype_name\tanswers\n`;
const ends = (to: string, port: number): string => `192.168.1.5\t40000\t${to}\t${port}`;

let c: TestCase;
beforeAll(async () => {
  c = await testCase({
    'conn.log':
      CONN +
      flows.map((f) => `${f.ts}.5\t${f.uid}\t${ends(f.to, 443)}\ttcp\tSF\t${f.bytes}\t0\t${f.bytes}\t0\n`).join(''),
    'ssl.log':
      SSL +
      flows
        .filter((f) => f.name !== '')
        .map((f) => `${f.ts}.5\t${f.uid}\t${ends(f.to, 443)}\t${f.name}\n`)
        .join(''),
    'dns.log':
      DNS +
      ['cdn.evil.example.com', 'fine.example.net']
        .map((q, i) => `${START + i}.5\tD${i}\t${ends('192.168.1.1', 53)}\tudp\t${q}\tA\t-\n`)
        .join(''),
  });
  const feeds = join(c.folder, 'feeds');
  mkdirSync(feeds);
  const put = (name: string, kinds: string, text: string): void => {
    writeFileSync(join(feeds, `${name}.yaml`), `title: t\nformat: lines\nkinds: [${kinds}]\nthreat_level: low\n`);
    writeFileSync(join(feeds, `${name}.data`), text);
  };
  put('a', 'ip, domain', '8.8.4.4\nevil.example.com\n');
  put('b', 'cidr', '8.8.4.0/24\n9.9.9.0/24\n');
  await detect(c.store, { ...defaultOptions, feeds });
}, 60_000);
afterAll(() => c.close());

const SELECT = `SELECT kind, dst, connections::INTEGER AS connections, intel_feeds AS feeds, intel_threat AS threat, intel_size_modifier AS size,
    beacon_score IS NULL AS unmeasured, score - prevalence_modifier - rare_signature_modifier - intel_size_modifier AS rest
  FROM pairs ORDER BY kind, dst`;
const listed = (kind: string, dst: string, feeds: string, size = 0) => ({
  ...{ kind, dst, connections: dst === '8.8.4.4' ? 2 : 1, feeds, threat: 0.8, size, unmeasured: true, rest: 0.8 },
});

it('ranks every pair with a listed destination, however few its connections', async () => {
  const rows = await c.rows<Record<string, unknown>>(SELECT);
  expect(rows.filter((r) => r.feeds !== null).map((r) => ({ ...r, rest: Number(Number(r.rest).toFixed(6)) }))).toEqual([
    listed('ip', '8.8.4.4', 'a, b'),
    listed('ip', '9.9.9.9', 'b', 0.15),
    listed('sni', 'cdn.evil.example.com', 'a'),
    listed('sni', 'www.behind.example.org', 'a, b'),
  ]);
});

it('leaves other pairs as they are', async () => {
  const rows = await c.rows('SELECT dst, intel_threat, intel_size_modifier FROM pairs WHERE intel_feeds IS NULL');
  expect(rows).toEqual([{ dst: 'fine.example.net', intel_threat: 0, intel_size_modifier: 0 }]);
});

it('gives the domain of a listed name a score', async () => {
  expect(await c.rows('SELECT domain, intel_feeds, intel_threat, dns_score FROM domains ORDER BY domain')).toEqual([
    { domain: 'example.com', intel_feeds: 'a', intel_threat: 0.8, dns_score: 0 },
    { domain: 'example.net', intel_feeds: null, intel_threat: 0, dns_score: 0 },
  ]);
  expect(await c.rows("SELECT score > 0.6 AS high FROM domains WHERE domain = 'example.com'")).toEqual([
    { high: true },
  ]);
});

it('finds the same again from the case alone, and nothing without feeds', async () => {
  const before = await c.rows('SELECT * FROM pairs ORDER BY kind, dst');
  await detect(c.store, { ...defaultOptions, feeds: FROM_CASE });
  expect(await c.rows('SELECT * FROM pairs ORDER BY kind, dst')).toEqual(before);
  await detect(c.store, defaultOptions);
  expect(await c.rows('SELECT dst FROM pairs')).toEqual([{ dst: 'fine.example.net' }]);
}, 60_000);
