import { describe, expect, it } from 'vitest';
import { explainText } from '../../cli/explain-text.js';
import { detections, fillSmallCase, id, withCase } from '../../reports/testing/small-case.js';
import { type Explanation, explain, findEvidence } from './explain.js';

const explained = (which: string, limit = 20): Promise<Explanation> =>
  withCase(async ({ db }) => {
    await fillSmallCase(db);
    return explain(db, id(which), detections, limit);
  });

describe('the arithmetic', () => {
  it('goes from level and confidence to the score of the window and its alert', async () => {
    const e = await explained('e1');
    expect(e.score.factors.map((f) => [f.detection, f.s, f.rest])).toEqual([
      ['odd-certificate', 0.1, 0.9],
      ['port-scan', 0.8, 0.18],
    ]);
    expect(e.score.score).toBe(0.82);
    expect(e.score.decides).toBe(true);
    expect(e.alert).toMatchObject({ alert_id: id('a1'), has_this: true });
    // The small case was given 0.92: an explanation says when tables do not fit together.
    expect(e.score.agrees).toBe(false);
    expect(explainText(e)).toContain('1 - (1 - 0.1)(1 - 0.8) = 0.82');
    expect(explainText(e)).toContain('another score');
  });

  it('lists what does not count, and why', async () => {
    const e = await explained('e4');
    expect(e.score.factors).toEqual([]);
    expect(e.score.not_counting).toEqual([{ detection: 'odd-certificate', findings: 1, reasons: ['suppressed'] }]);
    expect(e.suppressed).toEqual([{ rule: 'printers', reason: 'expected 21 fields, found 20' }]);
    expect(e.alert).toBe(null);
    expect(explainText(e)).toContain('No alert: score 0 is below 0.85');
  });
});

describe('the rule', () => {
  it('says whether the installed one is the one that ran', async () => {
    const same = await explained('e1');
    expect(same.rule).toMatchObject({ installed: 'same', sql: "SELECT 'port-scan'" });
    expect(same.parameters).toEqual([
      { name: 'least', value: 3, origin: 'default', description: 'Flows from which it fires' },
    ]);
    expect(same.threat_level).toEqual({ value: 'high', origin: 'default' });
    const other = await explained('e2');
    expect(other.rule).toMatchObject({ installed: 'changed', sql: null });
    expect(explainText(other, { withSql: true })).toContain('Not shown');
  });

  it('may be missing', async () => {
    const e = await withCase(async ({ db }) => {
      await fillSmallCase(db);
      return explain(db, id('e1'), [], 20);
    });
    expect(e.rule).toMatchObject({ installed: 'missing', title: null });
    expect(e.threat_level).toEqual({ value: 'high', origin: 'unknown' });
    expect(explainText(e, { withSql: true })).toContain('not installed here');
  });

  it('names a threat level that the configuration changed', async () => {
    const e = await withCase(async ({ db }) => {
      await fillSmallCase(db);
      await db.run(
        `UPDATE provenance SET value = '{"parameters":{"odd-certificate":{"threat_level":"low"}}}' WHERE key = 'configuration'`,
      );
      return explain(db, id('e2'), detections, 20);
    });
    expect(e.threat_level).toEqual({ value: 'low', origin: 'configuration' });
  });
});

describe('the rows', () => {
  it('name capture and record, and count what is not listed', async () => {
    const e = await explained('e1', 3);
    expect(e.flows.total).toBe(4);
    expect(e.flows.rows.map((r) => [r.capture, r.row, r.uid])).toEqual([
      ['office/conn.log', '1', 'C0'],
      ['office/conn.log', '2', 'C1'],
      ['office/conn.log', '3', 'C2'],
    ]);
    expect(explainText(e)).toContain('and 1 more');
  });
});

describe('an id', () => {
  const find = (text: string): Promise<string> =>
    withCase(async ({ db }) => {
      await fillSmallCase(db);
      return findEvidence(db, text);
    });
  it('may be its beginning', async () => {
    expect(await find('e1')).toBe(id('e1'));
    expect(await find('E1000')).toBe(id('e1'));
  });
  it('that is unknown, empty or ambiguous is an error that says so', async () => {
    await expect(find('ffff')).rejects.toThrow(/no evidence "ffff" in this case/);
    await expect(find('')).rejects.toThrow(/no evidence/);
    await expect(find("e' OR 1=1")).rejects.toThrow(/no evidence/);
    await expect(find('e')).rejects.toThrow(
      /ambiguous: e100000000000000 \(port-scan\), e200000000000000 \(odd-certificate\)/,
    );
  });
});

describe('hostile text', () => {
  const attack = '\u001b[31m\u202Etxt\u200B\r\n<script>{{x}}\u0000\u0007';
  it('reaches the terminal written out', async () => {
    const e = await withCase(async ({ db }) => {
      await fillSmallCase(db, { host: attack, name: attack, file: attack, description: attack, reason: attack });
      await db.run(`UPDATE detection_runs SET parameters = '{"least": "x"}'`);
      await db.run(`UPDATE provenance SET value = '[1' WHERE key = 'configuration'`);
      await db.run(`UPDATE evidence SET details = '{"a": "\\u001b[2J"}'`);
      return explain(db, id('e1'), detections, 20);
    });
    const text = explainText(e, { withSql: true });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e]/);
    expect(text).toContain('<script>');
  });
});
