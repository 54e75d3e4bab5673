import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tableDigests } from '../../analysis/digest.js';
import { fixture } from '../../test/support/fixtures.js';
import { tempDir } from '../../test/support/temp-dir.js';
import { CaseStore } from '../case/case-store.js';
import { loadDissectors } from '../pcap/dissect/registry.js';
import { DEFAULT_TIMEOUTS } from '../pcap/flow/timeouts.js';
import { LivePackets } from './live-packets.js';

it('leaves the same tables when the case is renewed between flushes', async () => {
  const stream = readFileSync(fixture('lab/lab.pcap'));
  const dissectors = await loadDissectors();
  const digests: unknown[] = [];
  for (const renewing of [false, true]) {
    const folder = tempDir('live-packets');
    const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
    try {
      const source = { iface: 'eth0', site: '', dissectors, timeouts: DEFAULT_TIMEOUTS, window: 20e6 };
      const packets = await LivePackets.begin(await store.connect(), source, stream.subarray(0, 64));
      const size = Math.ceil(stream.length / 7);
      for (let at = 0; at < stream.length; at += size) {
        packets.push(stream.subarray(at, at + size));
        await packets.flush();
        if (!renewing) continue;
        packets.release();
        await store.renew();
      }
      await packets.finish(undefined);
      expect(await store.db.number("SELECT count(*) FROM captures WHERE status = 'complete'")).toBe(1);
      expect(await store.db.number('SELECT count(*) FROM flows')).toBeGreaterThan(100);
      digests.push(await tableDigests(store.db));
    } finally {
      await store.close();
    }
  }
  expect(digests[1]).toEqual(digests[0]);
});
