import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CaseStore } from '../../../ingest/case/case-store.js';
import { packageRoot } from '../../package-root.js';
import { drive, type Terminal } from './driven.js';

const folder = join(packageRoot, 'test', 'golden', 'console');

/** A screen and the keys that lead to it from the one before. */
export type Shown = readonly [string, readonly string[]];

/** Compares screens of a case, without colour, one below the other, with those kept as NAME.txt. `UPDATE_GOLDEN=1` writes them again. */
export async function expectScreens(
  name: string,
  store: CaseStore,
  screens: readonly Shown[],
  terminal: Terminal,
): Promise<void> {
  const driven = await drive(store, terminal);
  let text = '';
  for (const [title, keys] of screens) {
    const lines = (await driven.after(...keys)).split('\n');
    text += `== ${title}\n${lines.map((line) => `${line.trimEnd()}\n`).join('')}`;
  }
  const file = join(folder, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is missing: run once with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
