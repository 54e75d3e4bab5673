import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('explain');
const db = join(folder, 'case.duckdb');

beforeAll(() => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
  expect(cli(['detect', '--db', db, '--home-net', OFFICE]).code).toBe(0);
}, 120_000);

describe('explain', () => {
  it('arrives at the score that the case holds, for every finding', () => {
    const rows = query<{ evidence_id: string; score: number }>(
      db,
      `SELECT evidence_id, coalesce(p.score, 0) AS score FROM evidence e LEFT JOIN profiles p USING (profile, site, tw_start) ORDER BY 1`,
    );
    expect(rows.length).toBeGreaterThan(10);
    // One process per finding is slow: a few of them, and the lowest and highest.
    for (const row of rows.filter((_, i) => i % 7 === 0)) {
      const run = cli(['explain', '--db', db, row.evidence_id.slice(0, 10), '--json']);
      expect(run.code, run.stderr).toBe(0);
      const e = JSON.parse(run.stdout) as {
        finding: { evidence_id: string };
        score: { score: number; agrees: boolean };
        rule: { installed: string };
      };
      expect(e.finding.evidence_id).toBe(row.evidence_id);
      expect(e.score.agrees).toBe(true);
      expect(e.rule.installed).toBe('same');
      expect(e.score.score).toBeCloseTo(row.score, 6);
    }
  });

  it('shows rule, parameters, rows, score and SQL', () => {
    const [scan] = query<{ id: string }>(
      db,
      "SELECT evidence_id AS id FROM evidence WHERE detection = 'horizontal-port-scan' ORDER BY 1 LIMIT 1",
    );
    const run = cli(['explain', '--db', db, scan!.id, '--sql', '--rows', '2']);
    expect(run.code).toBe(0);
    for (const part of ['Rule', 'Parameters', 'Rows', 'Score', 'Standing', 'SQL']) {
      expect(run.stdout).toMatch(new RegExp(`^${part}$`, 'm'));
    }
    expect(run.stdout).toMatch(/min_hosts +10 +default/);
    expect(run.stdout).toContain('conn.log:');
    expect(run.stdout).toContain('HAVING count(*) >= 10');
    expect(run.stdout).toMatch(/and \d+ more/);
  });

  it('says what is wrong', () => {
    expect(cli(['explain', '--db', db, 'nothing']).code).toBe(1);
    expect(cli(['explain', '--db', db, 'nothing']).stderr).toContain('no evidence "nothing" in this case');
    expect(cli(['explain', '--db', db, 'a', '--rows', 'x']).code).toBe(2);
    expect(cli(['explain', '--db', join(folder, 'none.duckdb'), 'a']).code).toBe(3);
  });
});
