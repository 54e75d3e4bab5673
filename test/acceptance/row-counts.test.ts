import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const data = join(packageRoot, '..', 'shared', 'data');
const folder = tempDir('rows');
const here = existsSync(data);
if (!here) process.stdout.write('row counts: skipped, no captures in ../shared/data\n');

function filesBelow(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .map((f) => join(dir, f))
    .flatMap((f) => (statSync(f).isDirectory() ? filesBelow(f) : [f]));
}

const lines = (path: string): string[] =>
  readFileSync(path, 'latin1')
    .split('\n')
    .filter((l) => l.trim() !== '');

/** Records by the count of the format's own tool; undefined for files that are no capture. */
function ownCount(path: string): number | undefined {
  const name = path.split('/').at(-1)!;
  if (/\.(log|log\.labeled)$/.test(name)) return lines(path).filter((l) => !l.trimStart().startsWith('#')).length;
  if (/suricata.*\.json$|eve\.json$/.test(name)) return lines(path).length;
  if (name.endsWith('.binetflow')) return lines(path).filter((l) => !/^\s*StartTime/i.test(l)).length;
  if (name.endsWith('.argus')) {
    const out = execFileSync('ra', ['-r', path, '-s', 'stime', '-', 'not', 'man'], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    return out.split('\n').filter((l) => /\d/.test(l)).length;
  }
  if (name.endsWith('.nfdump')) {
    const out = execFileSync('nfdump', ['-r', path, '-b', '-N', '-q', '-o', 'csv'], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    return out.split('\n').filter((l) => /^\d/.test(l)).length;
  }
  return undefined;
}

describe.skipIf(!here)('every record is in the case or in rejects', () => {
  const files = here
    ? ['zeek', 'suricata', 'argus', 'nfdump', 'labelled'].flatMap((d) => filesBelow(join(data, d)))
    : [];
  const counted = files.map((f) => [f.slice(data.length + 1), ownCount(f)] as const).filter(([, n]) => n !== undefined);

  it.each(counted)('%s', (name, expected) => {
    const db = join(folder, `${name!.replaceAll('/', '_')}.duckdb`);
    const run = cli(['ingest', join(data, name!), '--db', db, '--json']);
    if (expected === 0) {
      expect([0, 3]).toContain(run.code);
      return;
    }
    expect(run.code, run.stderr).toBe(0);
    const [result] = JSON.parse(run.stdout) as { records: number; rejected: number }[];
    expect(result!.records + result!.rejected).toBe(expected);
    const rejects = query<{ n: number }>(db, 'SELECT count(*) AS n FROM rejects')[0]!.n;
    expect(rejects).toBe(result!.rejected);
  });

  it.each([
    ['labelled/zeek/008-mixed/data/conn.log.labeled', 5663],
    ['labelled/zeek/2023-02-20-mixed/conn.log.labeled', 7124],
    ['labelled/zeek/test18-remcos/zeek-labeled/conn.log.labeled', 766],
    ['labelled/zeek/001-njrat/labeled-conn.log', 992],
  ])('%s: labels', (name, flows) => {
    const db = join(folder, `labels-${name.replaceAll('/', '_')}.duckdb`);
    expect(cli(['ingest', join(data, name), '--db', db]).code).toBe(0);
    const labelled = lines(join(data, name)).filter(
      (l) => !l.startsWith('#') && /\t(Malicious|Benign|Background|Malware|Normal|Unknown)/i.test(l),
    ).length;
    const [got] = query<{ n: number; flows: number }>(
      db,
      'SELECT (SELECT count(*) FROM labels) AS n, (SELECT count(*) FROM flows) AS flows',
    );
    expect(got).toEqual({ n: labelled, flows });
  });
});
