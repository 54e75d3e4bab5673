import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { lintSql, sqlFiles } from './sql-lint.js';

const bin = (name: string): string => join(packageRoot, 'node_modules', '.bin', name);

describe('the tree', () => {
  it('type-checks', () => {
    const run = spawnSync(bin('tsc'), ['--noEmit'], { cwd: packageRoot, encoding: 'utf8' });
    expect(run.stdout).toBe('');
  }, 120_000);

  it('passes the linter', () => {
    const run = spawnSync(bin('biome'), ['check', '.'], { cwd: packageRoot, encoding: 'utf8' });
    expect(run.status, run.stderr.slice(0, 3000)).toBe(0);
  });

  it('has SQL that gives the same rows every time', () => {
    const findings = sqlFiles().flatMap((f) => lintSql(readFileSync(join(packageRoot, f), 'utf8'), f));
    expect(findings).toEqual([]);
  });

  it('names no path or host of the machine it was made on', () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: packageRoot, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
    const bad = files.filter((f) => {
      if (/\.(png|gz|zst|pcap|duckdb|argus|nfdump)$/.test(f) || f === 'test/lint/lint.test.ts') return false;
      const text = readFileSync(join(packageRoot, f), 'utf8');
      return /\/work\/|registry\.npmjs\.org|\/root\//.test(text);
    });
    expect(bad).toEqual([]);
  });
});

describe('the SQL lint', () => {
  it.each([
    ['SELECT any_value(a) FROM t', 1],
    ['SELECT list(a) FROM t', 1],
    ['SELECT list(a ORDER BY a) FROM t', 0],
    ["SELECT 'now()' -- first(x)", 0],
    ['SELECT sum(duration) FROM t', 1],
    ['SELECT sum((duration * 1000000)::BIGINT) FROM t', 0],
    ['SELECT a FROM t LIMIT 3', 1],
    ['SELECT a FROM t ORDER BY a LIMIT 3', 0],
    ['SELECT row_number() OVER () FROM t', 1],
    ['SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t', 0],
    ['SELECT avg(x) FROM t', 1],
    ['SELECT now()', 1],
  ])('%s', (sql, findings) => {
    expect(lintSql(sql, 'analysis/x.sql')).toHaveLength(findings);
  });
});
