import { Random } from '../random.js';
import type { Channel } from './channels.js';

/** A group with more than this share of the malicious or of all channels cannot be held out: too little would be left. */
const TOO_BIG = 1 / 3;

/**
 * Which fold each channel is held out in, whole groups together; -1: never, its group is too big.
 * @param folds number of folds; groups go to the fold with fewest channels, largest first
 */
export function groupFolds(channels: readonly Channel[], folds: number): Int32Array {
  const groups = Math.max(-1, ...channels.map((c) => c.group)) + 1;
  const sizes = new Int32Array(groups);
  const malicious = new Int32Array(groups);
  for (const c of channels) {
    sizes[c.group]!++;
    malicious[c.group]! += c.label;
  }
  const bad = malicious.reduce((sum, n) => sum + n, 0);
  const order = Array.from(sizes, (_, g) => g)
    .filter((g) => sizes[g]! <= TOO_BIG * channels.length && malicious[g]! <= Math.max(1, TOO_BIG * bad))
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const foldOf = new Int32Array(groups).fill(-1);
  const load = [new Int32Array(folds), new Int32Array(folds)];
  for (const g of order) {
    // Groups with malicious channels are spread by those, the others by all.
    const by = load[malicious[g]! > 0 ? 1 : 0]!;
    let best = 0;
    for (let f = 1; f < folds; f++) if (by[f]! < by[best]!) best = f;
    foldOf[g] = best;
    load[0]![best]! += sizes[g]!;
    load[1]![best]! += malicious[g]!;
  }
  return Int32Array.from(channels, (c) => foldOf[c.group]!);
}

/** Folds drawn by chance, whatever the group. */
export function randomFolds(channels: readonly Channel[], folds: number, seed: number): Int32Array {
  const random = new Random(seed);
  const order = Int32Array.from(channels, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  const out = new Int32Array(channels.length);
  for (const [at, i] of order.entries()) out[i] = at % folds;
  return out;
}
