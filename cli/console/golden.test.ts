import { it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { fixture, OFFICE } from '../../test/support/fixtures.js';
import { testCase } from '../../test/support/test-case.js';
import { expectScreens, type Shown } from './testing/golden.js';

const SCREENS: readonly Shown[] = [
  ['main', []],
  ['a window', ['enter', 'j']],
  ['evidence', ['z']],
  ['out tuples', ['escape', 'i']],
  ['asked ports', ['p']],
  ['beacons', ['b']],
];

it.each([
  ['office-zeek-tsv', OFFICE],
  ['lab', ''],
] as const)(
  'shows %s as before',
  async (name, home) => {
    const made = await testCase([fixture(name)]);
    try {
      await detect(made.store, home === '' ? defaultOptions : { ...defaultOptions, homeNet: home.split(',') });
      await expectScreens(name, made.store, SCREENS, { columns: 100, rows: 30 });
    } finally {
      made.close();
    }
  },
  120_000,
);
