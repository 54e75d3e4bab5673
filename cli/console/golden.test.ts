import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { fixture, OFFICE } from '../../test/support/fixtures.js';
import { testCase } from '../../test/support/test-case.js';
import { packageRoot } from '../package-root.js';
import { CaseConsole } from './console.js';
import { layout } from './layout.js';
import { painter } from './paint.js';

const folder = join(packageRoot, 'test', 'golden', 'console');

/** Screens of a case after these keys, without colour, one below the other. */
const SCREENS: readonly (readonly [string, readonly string[]])[] = [
  ['main', []],
  ['a window', ['enter', 'j']],
  ['evidence', ['z']],
  ['out tuples', ['escape', 'i']],
  ['asked ports', ['p']],
  ['beacons', ['b']],
];

/** Whole screens as a person sees them; `UPDATE_GOLDEN=1` writes them again. */
it.each([
  ['office-zeek-tsv', OFFICE],
  ['lab', ''],
] as const)(
  'shows %s as before',
  async (name, home) => {
    const office = await testCase([fixture(name)]);
    try {
      await detect(office.store, home === '' ? defaultOptions : { ...defaultOptions, homeNet: home.split(',') });
      const { db } = office.store;
      const panes = office.store.connect();
      const source = { db, panes: () => panes };
      const options = { detections: () => [], copy: () => undefined, quit: () => undefined, settle: 0 };
      const state = new CaseConsole(source, options);
      await state.start();
      const shown: string[] = [];
      for (const [title, keys] of SCREENS) {
        for (const key of ['', ...keys]) {
          if (key !== '') state.key(key);
          while (state.busy) await new Promise((r) => setTimeout(r, 2));
          layout(state, 100, 30, painter(false));
        }
        shown.push(`== ${title}`, ...layout(state, 100, 30, painter(false)).map((line) => line.trimEnd()));
      }
      const text = `${shown.join('\n')}\n`;
      const file = join(folder, `${name}.txt`);
      if (process.env.UPDATE_GOLDEN === '1') {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, text);
      }
      expect(existsSync(file), `${file} is missing: run once with UPDATE_GOLDEN=1`).toBe(true);
      expect(text).toBe(readFileSync(file, 'utf8'));
    } finally {
      office.close();
    }
  },
  120_000,
);
