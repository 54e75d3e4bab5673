import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { drive } from '../../cli/console/testing/driven.js';
import { expectScreens, type Shown } from '../../cli/console/testing/golden.js';
import { width } from '../../cli/console/text.js';
import { testCase } from '../support/test-case.js';

/** Real captures; they lie beside the checkout. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(join(DATA, 'pcap/slips'));
if (!present) console.log(`skipped: no captures at ${DATA}`);

const SCREENS: readonly Shown[] = [
  ['main', []],
  ['a window', ['enter', 'j']],
  ['a finding in full', ['tab', 'tab', 'j', 'j']],
  ['its flows', ['enter']],
  ['all evidence', ['escape', 'z']],
  ['out tuples', ['i']],
  ['asked ports', ['p']],
  ['destinations', ['d']],
  ['beacons', ['b']],
];

/** A scan by a bot, a remote access trojan, a user's ordinary day. */
describe.skipIf(!present)('real captures on the screen', () => {
  it.each([
    ['hide-and-seek', 'pcap/slips/hide-and-seek-short.pcap', 80, 24],
    ['remcos', 'labelled/zeek/test18-remcos/zeek-labeled', 120, 40],
    ['normal-user', 'labelled/argus/normal_2013-10-21_capture-1.binetflow', 100, 30],
  ] as const)(
    '%s',
    async (name, path, columns, rows) => {
      const made = await testCase([join(DATA, path)]);
      try {
        await detect(made.store, defaultOptions);
        await expectScreens(`real-${name}`, made.store, SCREENS, { columns, rows });
        await expectWhole(made.store, columns, rows);
      } finally {
        made.close();
      }
    },
    120_000,
  );
});

/** Every screen fills the terminal exactly; columns stand below their titles. */
async function expectWhole(store: Parameters<typeof drive>[0], columns: number, rows: number): Promise<void> {
  const driven = await drive(store, { columns, rows });
  for (const key of ['tab', 'tab', 'tab', ...'edrsptiyzbh']) {
    const lines = (await driven.after(key)).split('\n');
    expect(lines, key).toHaveLength(rows);
    for (const line of lines.slice(0, -1)) expect(width(line), `${key}\n${line}`).toBe(columns);
    expect(width(lines.at(-1)!), key).toBeLessThanOrEqual(columns);
  }
}
