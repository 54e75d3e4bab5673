import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Made, writeMade } from '../models/https/testing/made-captures.js';
import { Random } from '../models/random.js';

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
  writeFileSync(join(folder, 'letters.tsv'), letters());
}

/** Behavioural letters of 20 hosts with three TCP channels each: ten call like clockwork, ten do as people do. */
function letters(): string {
  const random = new Random(5);
  const pick = (from: string): string => from[random.below(from.length)]!;
  const lines = ['label\tclass\ttuple4\tletters'];
  for (let host = 1; host <= 20; host++) {
    const bot = host <= 10;
    for (let channel = 1; channel <= 3; channel++) {
      const flows = 10 + random.below(8);
      const text = Array.from(
        { length: flows },
        () => (bot ? pick('aaabA') : pick('rRStUvXZ')) + (bot ? ',' : pick('.,+*')),
      );
      lines.push(
        `From-${bot ? 'Botnet' : 'Normal'}-TCP\t\t10.0.0.${host}-192.0.2.${channel}-80-tcp\t${bot ? '11,' : '14*'}${text.join('')}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) makeData(join(dirname(here), 'data'));
