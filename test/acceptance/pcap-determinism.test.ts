import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tableDigests } from '../../analysis/digest.js';
import type { IngestOptions } from '../../ingest/ingest.js';
import { testCase } from '../support/test-case.js';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const FILES = [
  'pcap/slips/test-cc-capture-1.pcap',
  'pcap/slips/hide-and-seek-short.pcap',
  'malware/c2/tinba-dga__ustc-tfc2016.pcap',
  'pcap/ndpi/teredo.pcap',
].filter((file) => existsSync(DATA + file));
if (FILES.length === 0) console.log(`skipped: no captures at ${DATA}`);

/** Digests of all tables of a case. */
async function digests(
  input: readonly string[] | Record<string, Uint8Array>,
  options: IngestOptions & { threads: number },
) {
  const c = await testCase(input, options);
  try {
    return await tableDigests(c.store.db);
  } finally {
    c.close();
  }
}

describe.skipIf(FILES.length === 0)('the same case again', () => {
  it.each(FILES)('%s: with one thread and with two', async (file) => {
    const one = await digests([DATA + file], { threads: 1, hashFiles: true });
    expect(Object.keys(one)).toContain('flows');
    expect(await digests([DATA + file], { threads: 2, hashFiles: true })).toEqual(one);
    expect(await digests([DATA + file], { threads: 2, hashFiles: true })).toEqual(one);
  });

  it('whatever the order of the files, and the names', async () => {
    const paths = FILES.map((file) => DATA + file);
    const one = await digests(paths, { threads: 2 });
    expect(await digests([...paths].reverse(), { threads: 1 })).toEqual(one);
  });

  it('compressed, but for the facts of the file', async () => {
    const bytes = readFileSync(DATA + FILES[0]!);
    const rows = async (input: Record<string, Uint8Array>) => {
      const c = await testCase(input, { threads: 2 });
      const columns = '* EXCLUDE (capture_id, source_id, uid)';
      const found = [
        await c.rows(`SELECT ${columns} FROM flows ORDER BY flow_id`),
        await c.rows(`SELECT ${columns} FROM ssl ORDER BY "row"`),
        await c.rows('SELECT flow_id, offsets FROM packet_index ORDER BY flow_id, offsets[1]'),
      ];
      c.close();
      return found;
    };
    expect(await rows({ 'a.pcap.gz': gzipSync(bytes) })).toEqual(await rows({ 'a.pcap': bytes }));
  });
});
