import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asset } from '../../cli/package-root.js';
import { Database } from '../../ingest/case/database.js';
import { fixture, OFFICE } from '../../test/support/fixtures.js';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';
import { buildPairs } from './build.js';

describe('score functions', () => {
  let instance: DuckDBInstance;
  let db: Database;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    db = new Database(await instance.connect());
    await db.run(readFileSync(asset('analysis', 'pairs', 'macros.sql'), 'utf8'));
  });
  afterAll(() => {
    db.connection.closeSync();
    instance.closeSync();
  });

  const value = async (sql: string): Promise<unknown> => Object.values((await db.one(`SELECT ${sql}`))!)[0];
  /** score_stat as the pass calls it: the median is a column of an earlier step. */
  const stat = async (list: string, fallback: number): Promise<unknown> =>
    value(
      `score_stat(a, b, c, distances2(l, b), ${fallback}) FROM (SELECT l, median2(l, 0, len(l) // 2) AS a,
         median2(l, 0, len(l)) AS b, median2(l, len(l) - len(l) // 2, len(l) // 2) AS c FROM (SELECT ${list}::BIGINT[] AS l))`,
    );

  it.each([
    ['median2([1, 2, 4], 0, 3)', 4],
    ['median2([1, 2, 4, 8], 0, 4)', 6],
    ['distances2([1, 2, 4], 4)', [0, 2, 4]],
    // [1, 3, 5, 7, 9]: quartiles 2, 5, 8: a spread below 10.
    ['skew_of(4, 10, 16)', 1],
    // [0, 10, 20, 30, 100]: quartiles 5, 20, 65: 1 - (5 + 65 - 40) / 60.
    ['skew_of(10, 40, 130)', 0.5],
    // [20, 20, 20, 20, 90]: the median equals a quartile.
    ['skew_of(40, 40, 110)', 1],
    ['intervals([1, 3, 3, 9])', [2, 6]],
    ['intervals([5])', []],
    ['bin24(0, 0, 24)', '0'],
    ['bin24(-5, 0, 24)', '0'],
    ['bin24(24, 0, 24)', '23'],
    ['bin24(12, 0, 24)', '12'],
    ['bin24(5, 5, 5)', '0'],
    // One bin: the coefficient is sqrt(23), above 1. All bins alike: 0. Twelve of 24: exactly 1.
    ['even_score([7])', 0],
    ['even_score(list_transform(range(24), lambda x: 2))', 1],
    ['even_score(list_transform(range(12), lambda x: 2))', 0],
    // 18 of 24 bins of 1: sqrt(24 * 18 - 324) / 18 = .577.
    ['even_score(list_transform(range(18), lambda x: 1))', 0.423],
    ['class_width([10, 40])', 2],
    ['bimodal_score([10, 10, 10, 10, 10, 10, 40, 40, 40, 40], 2)', 0],
    ['bimodal_score([10, 10, 10, 10, 10, 10, 40, 40, 40, 40, 40], 2)', 1],
    ['bimodal_score([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 1)', 0.2],
    ['longest_run(1::BIGINT)', '1'],
    ['longest_run((1 | 2 | (1 << 22) | (1 << 23))::BIGINT)', '4'],
    ['longest_run(16777215::BIGINT)', '24'],
    // Five bins are too few. Six in a row of twelve: .5; coverage of .7501 is rounded up.
    ['dur_score(31::BIGINT, 0, 90, 100)', 0],
    ['dur_score(63::BIGINT, 0, 50, 100)', 0.5],
    ['dur_score(63::BIGINT, 0, 7501, 10000)', 0.751],
    ['dur_score(63::BIGINT, 0, 200, 100)', 1],
    ['beacon_score(0.921, 0.995, 1, 1)', 0.979],
    ['beacon_score(0.48, 0.865, 1, 0)', 0.586],
    ['threat_of(NULL, 50, 75, 90, 100)', null],
    ['threat_of(49.9, 50, 75, 90, 100)', 0],
    ['threat_of(50, 50, 75, 90, 100)', 0.2],
    ['threat_of(62.4, 50, 75, 90, 100)', 0.2992],
    ['threat_of(67.3, 50, 75, 90, 100)', 0.3384],
    ['threat_of(75, 50, 75, 90, 100)', 0.4],
    ['threat_of(90, 50, 75, 90, 100)', 0.6],
    ['threat_of(100, 50, 75, 90, 100)', 0.8],
    ['threat_of(3599, 3600, 14400, 28800, 43200)', 0],
    ['threat_of(90000, 3600, 14400, 28800, 43200)', 0.8],
    ['severity_of(0.8)', 'high'],
    ['severity_of(0.9)', 'critical'],
    ['severity_of(0.19)', 'none'],
  ])('%s', async (sql, expected) => {
    const got = await value(sql);
    expect(Array.isArray(got) ? got.map(Number) : got).toEqual(expected);
  });

  it.each([
    // Median 90, MAD 89, skew .845 (published for these intervals): (.155 + .011) / 2.
    ['[1, 2, 25, 42, 90, 299, 500, 1500, 4975]', 1, 0.083],
    ['[0, 0, 0]', 0, 0.5],
    ['[60, 60, 60, 61]', 1, 1],
  ])('score_stat(%s, %d)', async (list, fallback, expected) => {
    expect(await stat(list, fallback)).toBe(expected);
  });
});

describe('pairs and domains of the office', () => {
  let office: TestCase;
  beforeAll(async () => {
    office = await testCase([fixture('office-zeek-tsv')]);
    await detect(office.store, { ...defaultOptions, homeNet: OFFICE.split(',') });
  });
  afterAll(() => office.close());

  it('ranks the beacon first', async () => {
    const [top] = await office.rows<Record<string, unknown>>(
      'SELECT profile, kind, dst, connections FROM pairs ORDER BY score DESC, beacon_score DESC, profile, dst LIMIT 1',
    );
    expect(top).toEqual({ profile: '192.168.50.23', kind: 'ip', dst: '203.0.113.66', connections: '120' });
  });

  it('makes evidence of it and of no other host', async () => {
    expect(
      await office.rows("SELECT DISTINCT detection, profile FROM evidence WHERE module = 'pairs' ORDER BY ALL"),
    ).toEqual([{ detection: 'beacon', profile: '192.168.50.23' }]);
  });

  it('scores the same in parts of one pair', async () => {
    const rows = (): Promise<unknown[]> => office.rows('SELECT * FROM pairs ORDER BY profile, site, kind, dst');
    const whole = await rows();
    await buildPairs(office.store.db, { part: 1 });
    expect(await rows()).toEqual(whole);
  });

  it('counts names below registrable domains', async () => {
    const domains = await office.rows<{ domain: string }>('SELECT domain FROM domains');
    expect(domains.length).toBeGreaterThan(0);
    expect(domains.filter((d) => /\.(arpa|local)$/.test(d.domain))).toEqual([]);
  });
});
