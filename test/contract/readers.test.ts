import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Row } from '../../ingest/case/database.js';
import { ingest } from '../../ingest/ingest.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

/**
 * One story, told by every reader: the same flows must give the same table, as far as the source can say.
 * The Zeek TSV log is the reference.
 */
const folder = tempDir('contract');

/** What a source cannot give, or gives in another way (see the reader's README). */
const sources = [
  { name: 'zeek-json', input: fixture('office-zeek-json'), differs: [] },
  {
    name: 'suricata',
    input: fixture('office-eve', 'eve.json'),
    differs: ['conn_state', 'history', 'orig_bytes', 'resp_bytes', 'missed_bytes', 'source_state'],
  },
  {
    name: 'argus',
    input: fixture('office-argus', 'office.binetflow'),
    differs: ['conn_state', 'history', 'orig_bytes', 'resp_bytes', 'missed_bytes', 'source_state', 'service'],
  },
] as const;

const COMMON = `ts, round(coalesce(duration, 0), 6) AS duration, orig_h, orig_p, resp_h, resp_p, proto, orig_pkts, resp_pkts,
  orig_ip_bytes, resp_ip_bytes, orig_size, resp_size`;

async function load(name: string, input: string): Promise<CaseStore> {
  const store = await CaseStore.open(join(folder, `${name}.duckdb`), { mode: 'create' });
  await ingest(store, [input]);
  return store;
}

const flows = (store: CaseStore, select: string): Promise<Row[]> =>
  store.db.all(`SELECT ${select} FROM flows ORDER BY ts, orig_h, orig_p, resp_h, resp_p, proto`);

describe('every reader', () => {
  let reference: CaseStore;
  beforeAll(async () => {
    reference = await load('zeek-tsv', fixture('office-zeek-tsv'));
    return () => reference.close();
  });

  describe.each(sources)('$name', ({ name, input, differs }) => {
    let store: CaseStore;
    beforeAll(async () => {
      store = await load(name, input);
      return () => store.close();
    });

    it('gives the same flows: endpoints, times, packets, bytes', async () => {
      const got = await flows(store, COMMON);
      const want = await flows(reference, COMMON);
      expect(got.length).toBe(want.length);
      expect(got.filter((r, i) => JSON.stringify(r) !== JSON.stringify(want[i])).slice(0, 3)).toEqual([]);
    });

    it('agrees on established and outcome, or says unknown', async () => {
      const key = 'ts, orig_h, orig_p, resp_h, resp_p, proto';
      const got = await flows(store, `${key}, established, outcome`);
      const want = await flows(reference, `${key}, established, outcome, conn_state`);
      const wrong = got.flatMap((r, i) =>
        r.established !== want[i]!.established && r.established !== null
          ? [`${want[i]!.conn_state} ${r.proto} ${r.established}`]
          : [],
      );
      // Midstream connections and half-open ones are read differently by engines that keep no history.
      expect(wrong.length).toBeLessThanOrEqual(want.length * 0.01);
    });

    it('keeps the meanings of the schema', async () => {
      const bad = await store.db.all(
        `SELECT flow_id FROM flows WHERE proto <> lower(proto) OR proto IN ('icmp6', 'ipv6-icmp') OR service = '' OR service LIKE '%tls%'
           OR canonical_ip(orig_h) IS DISTINCT FROM orig_h OR canonical_ip(resp_h) IS DISTINCT FROM resp_h
           OR orig_size IS DISTINCT FROM coalesce(orig_ip_bytes, orig_bytes) OR duration < 0 OR uid IS NULL`,
      );
      expect(bad).toEqual([]);
      const dense = await store.db.one(
        'SELECT min(flow_id)::INTEGER AS lo, max(flow_id)::INTEGER AS hi, count(*)::INTEGER AS n FROM flows',
      );
      expect(dense).toEqual({ lo: 0, hi: Number(dense!.n) - 1, n: dense!.n });
      expect(await store.db.number('SELECT count(*) - count(DISTINCT uid) FROM flows')).toBe(0);
    });

    it('gives what else the source knows', async () => {
      const columns = ['conn_state', 'history', 'orig_bytes', 'resp_bytes', 'service'].filter(
        (c) => !(differs as readonly string[]).includes(c),
      );
      for (const c of columns) {
        const got = await flows(store, `ts, orig_h, orig_p, ${c} AS v`);
        const want = await flows(reference, `ts, orig_h, orig_p, ${c} AS v`);
        const wrong = got.filter((r, i) => r.v !== want[i]!.v).length;
        expect(wrong, c).toBeLessThanOrEqual(name === 'suricata' ? 40 : 0);
      }
    });

    it('records where its rows came from and what it can give', async () => {
      const captures = await store.db.all<Row>('SELECT status, records, rejected, sha256, path FROM captures');
      for (const c of captures) {
        expect(c.status).toBe('complete');
        expect(c.path).not.toContain('/');
      }
      expect(
        await store.db.number(
          "SELECT count(*) FROM source_fields WHERE tbl = 'flows' AND field IN ('established', 'outcome', 'orig_size')",
        ),
      ).toBe(3);
    });
  });
});
