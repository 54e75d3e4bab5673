import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('rdns');
const db = join(folder, 'case.duckdb');

it('--rdns goes on without a resolver that answers, and refuses what is none', () => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, 'rdns: {servers: ["127.0.0.1:1"], most: 3, timeout_seconds: 1}\n');
  const run = cli(['detect', '--db', db, '--home-net', OFFICE, '--rdns', '--config', config], {
    env: { XDG_CACHE_HOME: join(folder, 'cache') },
  });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toMatch(
    /^warning: reverse look-ups: .*\nNames of addresses: 3 questions, 0 from the cache, 0 named, \d+ without an answer\n$/,
  );
  expect(query(db, 'SELECT count(*)::INTEGER AS n FROM lookups')).toEqual([{ n: 0 }]);
  writeFileSync(config, 'rdns: {servers: [resolver.example]}\n');
  const refused = cli(['detect', '--db', db, '--config', config]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('expected an address');
}, 120_000);
