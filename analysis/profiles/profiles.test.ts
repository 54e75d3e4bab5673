import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import { detect } from '../detect.js';
import { type AnalysisOptions, defaultOptions } from '../options.js';
import { fillProfiles } from './build.js';

/** 600 flows of few hosts, ports and sites over a day, unknown outcomes and missing ports among them. */
const FLOWS = `
  INSERT INTO sources VALUES ('s1', 'north', 'zeek', '.', NULL), ('s2', 'south', 'zeek', '.', NULL);
  INSERT INTO captures VALUES ('c', 's1', 'x', 0, repeat('0', 64), 0, 0, NULL, NULL, 'complete', NULL);
  INSERT INTO flows (flow_id, capture_id, source_id, row, uid, ts, duration, orig_h, resp_h, resp_p, proto, orig_pkts, resp_pkts,
    orig_size, resp_size, established, outcome, orientation, ended)
  SELECT i, 'c', CASE WHEN i % 3 = 0 THEN 's2' ELSE 's1' END, i + 1, 'u' || i, TIMESTAMP '2026-01-01' + to_seconds(i * 7919 % 86400),
    CASE WHEN i % 5 > 0 THEN i / 100.0 END, '10.0.0.' || i % 4, '203.0.113.' || i * i % 7, CASE WHEN i % 11 > 0 THEN i % 6 END,
    CASE i % 4 WHEN 0 THEN 'icmp' WHEN 1 THEN 'udp' ELSE 'tcp' END, CASE WHEN i % 9 > 0 THEN i END, i % 8,
    CASE WHEN i % 10 > 0 THEN i * 10 END, i * 3, CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END, 'unknown', 'seen', 'closed'
  FROM range(600) t(i)`;

/** The same numbers in the plainest way. */
const EXPECTED = `
  SELECT orig_h, site, tw_start::VARCHAR, count(*), count(*) FILTER (established), count(*) FILTER (NOT established),
    count(*) FILTER (proto = 'tcp'), count(*) FILTER (proto = 'udp'), count(*) FILTER (proto = 'icmp'), count(DISTINCT resp_h),
    count(DISTINCT resp_h) FILTER (NOT established), count(DISTINCT resp_p) FILTER (proto <> 'icmp'),
    count(DISTINCT resp_p) FILTER (proto <> 'icmp' AND NOT established), sum(coalesce(orig_pkts, 0) + coalesce(resp_pkts, 0)),
    coalesce(sum(orig_size), 0), sum(resp_size), round(coalesce(sum((duration * 1000000)::BIGINT), 0) / 1000000, 6)
  FROM d_flows GROUP BY ALL ORDER BY ALL`;
const OURS = `
  SELECT profile, site, tw_start::VARCHAR, flows, flows_est, flows_not_est, flows_tcp, flows_udp, flows_icmp, peers, peers_not_est,
    dst_ports, dst_ports_not_est, pkts, bytes_sent, bytes_received, active_seconds
  FROM profiles WHERE flows > 0 ORDER BY ALL`;
const SERVED = `
  SELECT resp_h, site, tw_start::VARCHAR, count(*), sum(coalesce(orig_pkts, 0) + coalesce(resp_pkts, 0)), sum(resp_size),
    coalesce(sum(orig_size), 0), min(ts)::VARCHAR
  FROM d_flows GROUP BY ALL ORDER BY ALL`;
const OUR_SERVED = `
  SELECT profile, site, tw_start::VARCHAR, server_flows, server_pkts, server_bytes_sent, server_bytes_received, first_ts::VARCHAR
  FROM profiles WHERE server_flows > 0 ORDER BY ALL`;

let folder: string;
let store: CaseStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipstream-profiles-'));
  store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '512MB' });
  await store.db.run(FLOWS);
}, 120_000);
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const same = async (ours: string, expected: string): Promise<number> => {
  const rows = await values(ours);
  expect(rows).toEqual(await values(expected));
  return rows.length;
};
const values = async (sql: string): Promise<string[][]> =>
  (await store.db.all<Record<string, unknown>>(sql)).map((r) => Object.values(r).map(String));

async function analysed(change: Partial<AnalysisOptions> = {}): Promise<void> {
  await detect(store, { ...defaultOptions, ...change }, undefined, []);
}

it('gives the sums and distinct counts of every window, in one part or in many', async () => {
  await analysed();
  expect(await same(OURS, EXPECTED)).toBeGreaterThan(100);
  const windows = 'SELECT tw, profile, site FROM profiles ORDER BY ALL';
  const before = await values(windows);
  await fillProfiles(store.db, { part: 1 });
  await same(OURS, EXPECTED);
  expect(await values(windows)).toEqual(before);
}, 120_000);

it('has responders with direction all, and a window of its own for each', async () => {
  await analysed({ direction: 'all' });
  await same(OURS, EXPECTED);
  expect(await same(OUR_SERVED, SERVED)).toBeGreaterThan(100);
}, 120_000);

it('has one window per host with a single window', async () => {
  await analysed({ window: 'one' });
  expect(await same(OURS, EXPECTED)).toBe(8);
}, 120_000);
