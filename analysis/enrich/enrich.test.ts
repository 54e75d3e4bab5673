import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';
import { dataFile } from './data-sets.js';
import { answerRanges } from './ranges/ranges.js';

const PEERS = ['8.8.8.8', '2001:4860:4860::8888', '1.1.1.1', '192.168.1.9', '224.0.0.251', '255.255.255.255'];
const conn = PEERS.map((resp_h, i) =>
  JSON.stringify({
    '@path': 'conn',
    ts: 1700000000 + i,
    uid: `C${i}`,
    'id.orig_h': resp_h.includes(':') ? 'fd00::5' : '192.168.1.5',
    'id.orig_p': 40000 + i,
    'id.resp_h': resp_h,
    'id.resp_p': 443,
    proto: 'tcp',
    conn_state: 'SF',
    orig_l2_addr: '00:00:0c:12:34:56',
    resp_l2_addr: resp_h === '192.168.1.9' ? '70:b3:d5:00:41:23' : '02:00:00:00:00:01',
  }),
).join('\n');

let kase: TestCase;
beforeAll(async () => {
  kase = await testCase({ 'conn.log': `${conn}\n` });
  await detect(kase.store, defaultOptions, undefined, []);
});
afterAll(() => kase.close());

it('names the network and country of public addresses of both versions, and of no others', async () => {
  expect(
    await kase.rows('SELECT address, asn::INTEGER AS asn, as_org, country, city FROM addresses ORDER BY key, address'),
  ).toEqual([
    { address: '1.1.1.1', asn: 13335, as_org: 'Cloudflare, Inc.', country: 'AU', city: null },
    { address: '8.8.8.8', asn: 15169, as_org: 'Google LLC', country: 'US', city: null },
    { address: '192.168.1.5', asn: null, as_org: null, country: null, city: null },
    { address: '192.168.1.9', asn: null, as_org: null, country: null, city: null },
    { address: '224.0.0.251', asn: null, as_org: null, country: null, city: null },
    { address: '255.255.255.255', asn: null, as_org: null, country: null, city: null },
    { address: '2001:4860:4860::8888', asn: 15169, as_org: 'Google LLC', country: 'US', city: null },
    { address: 'fd00::5', asn: null, as_org: null, country: null, city: null },
  ]);
});

it('names the maker of a network card by the longest registered block', async () => {
  expect(await kase.rows('SELECT address, vendor FROM addresses WHERE mac IS NOT NULL ORDER BY key')).toEqual([
    { address: '192.168.1.5', vendor: 'Cisco Systems, Inc' },
    { address: '192.168.1.9', vendor: 'LEIDOS' },
    { address: 'fd00::5', vendor: 'Cisco Systems, Inc' },
  ]);
});

it('records which data it used, with the hash of the shipped tables', async () => {
  const rows = await kase.rows<{ key: string; value: string }>(
    "SELECT key, value FROM provenance WHERE key LIKE 'data.%' ORDER BY key",
  );
  expect(rows.map((r) => r.key)).toEqual(['data.asn', 'data.country', 'data.vendor']);
  const country = JSON.parse(rows[1]!.value) as { name: string; sha256: string };
  const sha256 = createHash('sha256')
    .update(readFileSync(dataFile('country.parquet')))
    .digest('hex');
  expect(country).toMatchObject({ name: '@ip-location-db/geo-whois-asn-country', sha256 });
});

it.each(['asn', 'country'])('the shipped ranges of %s are in order and apart', async (name) => {
  const wide = (high: string, low: string): string => `${high}::UHUGEINT * 18446744073709551616::UHUGEINT + ${low}`;
  const [row] = await kase.rows(
    `SELECT count(*) > 400000 AS many, count(*) FILTER (hi < lo OR before >= lo)::INTEGER AS wrong FROM (
       SELECT lo, hi, lag(hi) OVER (ORDER BY position) AS before FROM (
         SELECT ${wide('lo_high', 'lo_low')} AS lo, ${wide('hi_high', 'hi_low')} AS hi, file_row_number AS position
         FROM read_parquet('${dataFile(`${name}.parquet`)}', file_row_number = true)))`,
  );
  expect(row).toEqual({ many: true, wrong: 0 });
});

it.each(['asn', 'country'])('the ranges of %s say the same of few addresses and of many', async (name) => {
  const { db } = kase.store;
  // Some ranges of both versions: its ends, and the addresses beside them.
  await db.run(`CREATE OR REPLACE TEMP TABLE spread AS
    SELECT number::VARCHAR AS address, number, 'public' AS scope FROM (
      SELECT DISTINCT unnest([lo - 1, lo, hi, hi + 1]) AS number FROM (
        SELECT lo_high::UHUGEINT * 18446744073709551616::UHUGEINT + lo_low AS lo,
          hi_high::UHUGEINT * 18446744073709551616::UHUGEINT + hi_low AS hi
        FROM read_parquet('${dataFile(`${name}.parquet`)}', file_row_number = true) WHERE file_row_number % 50000 = 7))`);
  const answers = async (few: number): Promise<unknown[]> => {
    await answerRanges(db, `${name}.parquet`, 'spread', few);
    return db.all('FROM range_answers ORDER BY ALL');
  };
  const compared = await answers(1000);
  expect(compared.length).toBeGreaterThan(20);
  expect(await answers(0)).toEqual(compared);
});
