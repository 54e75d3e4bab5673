import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { diffText } from '../../cli/diff-text.js';
import { CasePair } from '../../ingest/case/case-pair.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { tempDir } from '../../test/support/temp-dir.js';
import { fillSmallCase, id } from '../testing/small-case.js';
import { type CaseDiff, diffCases } from './diff.js';
import { diffHtml } from './html.js';

const folder = tempDir('diff');
const resources = { threads: 2, memoryLimit: '1GB' };
const before = join(folder, 'before.duckdb');

async function make(path: string, change?: (db: Database) => Promise<void>): Promise<string> {
  const store = await CaseStore.open(path, { mode: 'create', ...resources });
  try {
    await fillSmallCase(store.db);
    await change?.(store.db);
  } finally {
    store.close();
  }
  return path;
}

beforeAll(async () => {
  await make(before);
});

let n = 0;
async function compared(change: (db: Database) => Promise<void>, limit = 20): Promise<CaseDiff> {
  const after = await make(join(folder, `after-${++n}.duckdb`), change);
  const pair = await CasePair.open(before, after, resources);
  try {
    return await diffCases(pair, limit);
  } finally {
    pair.close();
  }
}

const run =
  (sql: string) =>
  async (db: Database): Promise<void> =>
    db.run(sql);

describe('findings', () => {
  it('of equal cases are equal', async () => {
    const diff = await compared(async () => undefined);
    expect(diff.same).toBe(true);
    expect(diffText(diff, 20)).toBe('No difference.\n');
  });

  it('are gained and lost, by rule', async () => {
    const diff = await compared(
      run(`DELETE FROM evidence WHERE detection = 'odd-certificate' AND counts;
           UPDATE detection_runs SET sql_sha256 = 'other' WHERE detection = 'odd-certificate';
           INSERT INTO evidence SELECT * REPLACE ('e900000000000000' AS evidence_id) FROM evidence WHERE evidence_id = '${id('e3')}'`),
    );
    expect(diff.evidence.lost.rows.map((r) => [r.evidence_id, r.why])).toEqual([[id('e2'), ['rule']]]);
    expect(diff.evidence.gained.rows.map((r) => [r.evidence_id, r.why])).toEqual([['e900000000000000', []]]);
    expect(diff.why.rules).toEqual([{ detection: 'odd-certificate', what: ['SQL'] }]);
    expect(diff.numbers.find((x) => x.what === 'findings')).toEqual({ what: 'findings', was: 4, is: 4 });
  });

  it('change in level, confidence, standing and flows', async () => {
    const diff = await compared(
      run(`UPDATE evidence SET threat_level = 'critical', weight = 1, confidence = 0.5 WHERE evidence_id = '${id('e1')}';
           DELETE FROM evidence_flows WHERE flow_id = 3;
           DELETE FROM suppressed; UPDATE evidence SET counts = true WHERE evidence_id = '${id('e4')}'`),
    );
    const what = Object.fromEntries(diff.evidence.changed.rows.map((r) => [r.evidence_id, r.what]));
    expect(what[id('e1')]).toEqual(['threat level high to critical', 'confidence 1.0 to 0.5', '4 flows to 3']);
    expect(what[id('e4')]).toEqual(['counts now', 'no more suppressed']);
    expect(diff.same).toBe(false);
  });

  it('name the input where their flows come from another capture', async () => {
    const diff = await compared(
      run(
        `UPDATE captures SET sha256 = repeat('c', 64); UPDATE evidence SET confidence = 0.7 WHERE evidence_id IN ('${id('e1')}', '${id('e2')}')`,
      ),
    );
    const why = Object.fromEntries(diff.evidence.changed.rows.map((r) => [r.evidence_id, r.why]));
    expect(why).toEqual({ [id('e1')]: ['input'], [id('e2')]: [] });
    expect(diff.why.inputs.map((r) => r.change)).toEqual(['removed', 'added']);
  });

  it('name configuration, feeds and models', async () => {
    const diff = await compared(
      run(`UPDATE provenance SET value = replace(value, '3600000000', '60000000') WHERE key = 'configuration';
           INSERT INTO feeds VALUES ('list', repeat('1', 64), NULL, 5);
           INSERT INTO models_used VALUES ('https', 'own', repeat('2', 64), 0.5);
           UPDATE evidence SET confidence = 0.7, module = 'intel' WHERE evidence_id = '${id('e1')}'`),
    );
    expect(diff.why.configuration).toEqual([{ name: 'window', was: '3600000000', is_now: '60000000' }]);
    expect(diff.why.feeds.map((r) => r.feed)).toEqual(['list']);
    expect(diff.why.models.map((r) => r.module)).toEqual(['https']);
    expect(diff.evidence.changed.rows[0]!.why).toEqual(['feed', 'configuration']);
    expect(diffText(diff, 20)).toContain('configuration: window: 3600000000 to 60000000');
  });

  it('are counted where they are not listed', async () => {
    const diff = await compared(run('DELETE FROM evidence'), 2);
    expect(diff.evidence.lost.total).toBe(4);
    expect(diff.evidence.lost.rows.length).toBe(2);
    expect(diffText(diff, 2)).toContain('and 2 more');
  });
});

describe('hosts', () => {
  it('are changed in score or alerts', async () => {
    const diff = await compared(run("UPDATE profiles SET score = 0.1, alerted = false WHERE profile = '10.0.0.5'"));
    expect(diff.hosts.rows).toEqual([
      {
        profile: '10.0.0.5',
        site: '',
        is_local: true,
        score_was: 0.92,
        score_is: 0.1,
        alerts_were: 1,
        alerts_are: 0,
        change: 'alerted no more',
      },
    ]);
  });
});

describe('hostile text', () => {
  const attack = `"'><script>alert(1)</script>{{x}}\u202E\u001b[31m</style>`;
  it('comes out as text', async () => {
    const diff = await compared(async (db) => {
      await db.run('UPDATE evidence SET description = $a, profile = $a, site = $a', { a: attack });
      await db.run('UPDATE captures SET path = $a, sha256 = $h', { a: attack, h: 'c'.repeat(64) });
      await db.run('UPDATE profiles SET profile = $a, site = $a', { a: attack });
      await db.run("UPDATE provenance SET value = $a WHERE key = 'configuration'", {
        a: JSON.stringify({ [attack]: attack }),
      });
    });
    const html = diffHtml(diff, attack, attack);
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<script/g)!.length).toBe(1);
    expect(html).not.toContain('\u202E');
    const text = diffText(diff, 20);
    expect(text).not.toMatch(/[\u001b\u202E]/);
    expect(diffHtml(diff, 'a', 'b')).toBe(diffHtml(diff, 'a', 'b'));
  });

  it('is refused where it is no case', async () => {
    const junk = join(folder, 'junk.duckdb');
    writeFileSync(junk, 'no database');
    await expect(CasePair.open(before, junk, resources)).rejects.toThrow(/not a case file/);
    await expect(CasePair.open(before, join(folder, 'none'), resources)).rejects.toThrow(/no such case/);
    await expect(CasePair.open(before, before, resources)).rejects.toThrow(/the same case/);
    const view = await make(
      join(folder, 'view.duckdb'),
      run("ALTER TABLE flows RENAME TO other_flows; CREATE VIEW flows AS SELECT * FROM read_csv('/etc/passwd')"),
    );
    await expect(CasePair.open(before, view, resources)).rejects.toThrow(/flows is a view/);
  });
});
