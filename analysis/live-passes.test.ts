import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixture, OFFICE } from '../test/support/fixtures.js';
import { type TestCase, testCase } from '../test/support/test-case.js';
import { detect } from './detect.js';
import { loadDetections } from './detection/registry.js';
import { tableDigests } from './digest.js';
import { LivePasses } from './live-passes.js';
import { type AnalysisOptions, defaultOptions } from './options.js';

const detections = loadDetections([]);
const evidence = (c: TestCase, where = 'true'): Promise<unknown[]> =>
  c.store.db.all(`SELECT evidence_id, detection, confidence, threat_level FROM evidence WHERE ${where} ORDER BY 1`);

/** Windows that hold flows, as times since the epoch in microseconds. */
async function windowsOf(c: TestCase, width: number): Promise<number[]> {
  const rows = await c.store.db.all<{ us: string }>(
    `SELECT DISTINCT epoch_us(ts) // ${width} * ${width} AS us FROM (
       SELECT ts FROM flows UNION ALL SELECT ts FROM dns UNION ALL SELECT ts FROM dhcp UNION ALL SELECT ts FROM http) ORDER BY us`,
  );
  return rows.map((r) => Number(r.us));
}

for (const [name, input, window, homeNet, listed] of [
  ['a Zeek folder', 'office-zeek-tsv', 3_600_000_000, OFFICE.split(','), '203.0.113.66'],
  ['a capture', 'lab/lab.pcap', 20_000_000, ['10.77.0.0/26'], '10.77.0.66'],
] as const) {
  it(`window after window gives what one run gives: ${name}`, { timeout: 300_000 }, async () => {
    const c = await testCase([fixture(input)]);
    try {
      const feeds = join(c.folder, 'feeds');
      mkdirSync(feeds);
      writeFileSync(
        join(feeds, 'own.yaml'),
        'title: t\nformat: lines\nkinds: [ip]\nthreat_level: high\nallow_private: true\n',
      );
      writeFileSync(join(feeds, 'own.data'), `${listed}\n`);
      const options: AnalysisOptions = { ...defaultOptions, window, homeNet: [...homeNet], feeds };
      await detect(c.store, options, undefined, detections);
      const [whole, digests] = [await evidence(c), await tableDigests(c.store.db)];
      expect(whole.length).toBeGreaterThan(5);
      const rated = 'SELECT * FROM pairs WHERE intel_threat > 0 ORDER BY ALL';
      const pairs = await c.rows(rated);
      expect(pairs.length).toBeGreaterThan(0);
      for (const table of [
        ...['evidence', 'evidence_flows', 'alerts', 'alert_evidence', 'profiles', 'addresses', 'names'],
        ...['indicators', 'pairs', 'domains'],
      ])
        await c.store.db.run(`DELETE FROM ${table}`);
      const passes = new LivePasses(c.store, options, detections);
      for (const at of await windowsOf(c, window)) await passes.windows([[at, at + window]]);
      await passes.history();
      expect(await evidence(c)).toEqual(whole);
      expect(await tableDigests(c.store.db)).toEqual(digests);
      expect(await c.rows(rated)).toEqual(pairs);
    } finally {
      await c.close();
    }
  });
}
