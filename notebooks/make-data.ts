import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { madeLetters } from '../models/cc/testing/made-letters.js';
import { type Made, writeMade } from '../models/https/testing/made-captures.js';

/** Labelled captures of the notebooks, by folder: nothing in them was captured. */
const CAPTURES: readonly (readonly [name: string, kinds: readonly Made[], flows: number, seed: number])[] = [
  ['implant-a', ['implant-a'], 16, 1],
  ['implant-b', ['implant-b'], 16, 2],
  ['office-1', ['ordinary'], 24, 3],
  ['office-2', ['ordinary'], 24, 4],
  ['tuesday', ['implant-a', 'ordinary'], 16, 9],
];

/** Writes `data/` below a folder: the same bytes each time. */
export function makeData(folder: string): void {
  for (const [name, kinds, flows, seed] of CAPTURES) writeMade(join(folder, name), kinds, flows, seed);
  writeFileSync(join(folder, 'letters.tsv'), madeLetters());
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) makeData(join(dirname(here), 'data'));
