import { afterEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { HEADER, row } from './test-rows.js';

let open: TestCase | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});

async function load(lines: readonly string[], options = {}): Promise<TestCase> {
  open = await testCase({ 'x.binetflow': `${lines.join('\n')}\n` }, options);
  return open;
}

describe('labels and other text of Argus', () => {
  it('keeps labels, and gives the one of the command line to the rest', async () => {
    const labels = ['flow=From-Botnet-V42-UDP-DNS', 'flow=From-Normal-V42-Stribrek', 'flow=Background', '', 'odd'];
    const c = await load([HEADER, ...labels.map((Label) => row({ Label }))], { label: 'malicious' });
    expect(
      await c.rows(
        'SELECT label, detailed_label AS detail, l.class, origin FROM labels l JOIN flows USING (uid) ORDER BY "row"',
      ),
    ).toEqual([
      { label: 'Malicious', detail: 'From-Botnet-V42-UDP-DNS', class: 'malicious', origin: 'column' },
      { label: 'Benign', detail: 'From-Normal-V42-Stribrek', class: 'benign', origin: 'column' },
      { label: 'Background', detail: null, class: null, origin: 'column' },
      { label: 'malicious', detail: null, class: 'malicious', origin: 'option' },
      { label: 'odd', detail: null, class: null, origin: 'column' },
    ]);
  });

  it('keeps hostile text as text', async () => {
    const c = await load([
      HEADER.replace('sTos', `it's "x"`),
      row({ sTos: `'); DROP TABLE flows; --`, Label: '<b>&"' }),
    ]);
    const [flow] = await c.rows<{ extra: string }>('SELECT extra FROM flows');
    expect(JSON.parse(flow!.extra)).toEqual({ 'it\'s "x"': `'); DROP TABLE flows; --`, dTos: 0 });
    expect(await c.rows('SELECT label FROM labels')).toEqual([{ label: '<b>&"' }]);
  });
});
