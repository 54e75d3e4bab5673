import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const made = join(packageRoot, '..', 'shared', 'data', 'malformed', 'made');
const here = existsSync(made);
if (!here) process.stdout.write('malformed Zeek logs: skipped, no captures in ../shared/data\n');
const folder = tempDir('malformed');

/** Rows and rejects that `EXPECT.tsv` asks for. */
const expected: readonly (readonly [name: string, flows: number, rejects: number])[] = [
  ['zeek-no-types-conn.log', 300, 0],
  ['zeek-crlf-conn.log', 300, 0],
  ['zeek-short-rows-conn.log', 270, 30],
  ['zeek-extra-column-conn.log', 0, 300],
  ['zeek-bad-numbers-conn.log', 270, 30],
  ['zeek-repeated-header-conn.log', 300, 0],
  ['zeek-header-only-conn.log', 0, 0],
  ['zeek-nul-and-latin1-conn.log', 299, 1],
  ['zeek-other-separator-conn.log', 300, 0],
  ['zeek-shuffled-columns-conn.log', 300, 0],
  ['zeek-plain-conn.log', 300, 0],
  ['zeek-json-one-broken-conn.log', 199, 1],
  ['zeek-json-cut-conn.log', 199, 1],
  ['zeek-json-and-tsv-mixed-conn.log', 20, 20],
];

describe.skipIf(!here)('malformed Zeek logs', () => {
  const db = (name: string): string => join(folder, `${name}.duckdb`);
  it.each(expected)('%s', (name, flows, rejects) => {
    const run = cli(['ingest', join(made, name), '--db', db(name)]);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.code, run.stderr).toBe(0);
    const [got] = query<{ f: number; r: number }>(
      db(name),
      'SELECT (SELECT count(*) FROM flows) AS f, (SELECT count(*) FROM rejects) AS r',
    );
    expect(got).toEqual({ f: flows, r: rejects });
  });

  it('shuffled columns and another separator give the same table', () => {
    const sql = 'SELECT * EXCLUDE (capture_id, source_id) FROM flows ORDER BY flow_id';
    const plain = query(db('zeek-plain-conn.log'), sql);
    expect(query(db('zeek-shuffled-columns-conn.log'), sql)).toEqual(plain);
    expect(query(db('zeek-other-separator-conn.log'), sql)).toEqual(plain);
  });

  it.each([
    ['zeek-no-header-conn.log', /#fields header/],
    ['zeek-json-array-conn.log', /JSON array/],
  ])('%s is refused', (name, message) => {
    const run = cli(['ingest', join(made, name), '--db', db(name)]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(message);
  });
});
