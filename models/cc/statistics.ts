import { ALPHABET, VOCABULARY } from './alphabet.js';

/** A letter's classes by code: periodicity 0 to 4 (0: none yet), size and duration 0 to 2; -1 for what is no letter. */
const PERIOD = new Int8Array(VOCABULARY).fill(-1);
const SIZE = new Int8Array(VOCABULARY).fill(-1);
const DURATION = new Int8Array(VOCABULARY).fill(-1);
/** `.` `,` `+` `*` and `0` as 0 to 4; -1 for letters. */
const TIME = new Int8Array(VOCABULARY).fill(-1);
for (const [period, letters] of ['123456789', 'abcdefghi', 'ABCDEFGHI', 'rstuvwxyz', 'RSTUVWXYZ'].entries()) {
  for (const [kind, letter] of [...letters].entries()) {
    const code = ALPHABET.indexOf(letter) + 1;
    PERIOD[code] = period;
    SIZE[code] = Math.floor(kind / 3);
    DURATION[code] = kind % 3;
  }
}
for (const [i, char] of [...'.,+*0'].entries()) TIME[ALPHABET.indexOf(char) + 1] = i;

const names: string[] = [];
const descriptions: string[] = [];
const feature = (name: string, description: string): number => {
  descriptions.push(description);
  return names.push(name) - 1;
};
const block = (items: readonly string[], name: string, description: string): number =>
  Math.min(...items.map((i) => feature(`${name}_${i}`, `${description} ${i}`)));

const F = {
  period: block(['new', 'strong', 'weak', 'weak_non', 'strong_non'], 'period', 'share of flows of periodicity'),
  size: block(['small', 'medium', 'large'], 'size', 'share of flows of size'),
  duration: block(['short', 'medium', 'long'], 'duration', 'share of flows of duration'),
  time: block(['5s', '1m', '5m', '1h'], 'gap', 'share of flows after a gap up to'),
  silence: feature('silence', 'hours of silence per flow'),
  flows: feature('flows_log', 'logarithm of the number of flows'),
  distinct: feature('distinct', 'different letters'),
  entropy: feature('entropy', 'entropy of the letters, bits'),
  relative: feature('entropy_relative', 'entropy over the largest there could be'),
  pairs: feature('entropy_pairs', 'entropy of pairs of letters, bits'),
  run: feature('longest_run', 'longest run of one letter, flows'),
  runShare: feature('longest_run_share', 'the same over the number of flows'),
  changes: feature('changes', 'share of flows with another letter than the one before'),
  gapChanges: feature('gap_changes', 'share of gaps of another class than the one before'),
  sizeChanges: feature('size_changes', 'share of flows of another size than the one before'),
  common: feature('commonest', 'share of the commonest letter'),
  firstKind: feature('first', 'size and duration of the first flow'),
  lastKind: feature('last', 'size and duration of the last flow'),
  letters: feature('share_a', 'share of the character'),
};
names.pop();
descriptions.pop();
for (const char of ALPHABET) feature(`share_${char}`, `share of the character ${char}`);

/** Names and meanings of the statistics, in the order of the columns. */
export const STATISTICS: readonly { readonly name: string; readonly description: string }[] = names.map((name, i) => ({
  name,
  description: descriptions[i]!,
}));

const counts = new Int32Array(VOCABULARY);
/** How often each pair of letters follows, and the pairs in order of their first appearance. */
const pairCounts = new Uint32Array(VOCABULARY * VOCABULARY);
let seenPairs = new Int32Array(512);

/**
 * Statistics of a channel's letters into row `row` of the columns.
 * @param columns one per entry of `STATISTICS`
 */
export function statistics(codes: Uint8Array, columns: readonly Float32Array[], row: number): void {
  for (const c of columns) c[row] = 0;
  counts.fill(0);
  let seen = 0;
  if (seenPairs.length < codes.length) seenPairs = new Int32Array(codes.length);
  let flows = 0;
  let last = 0;
  let lastGap = -1;
  let gaps = 0;
  let run = 0;
  let longest = 0;
  let changes = 0;
  let gapChanges = 0;
  let sizeChanges = 0;
  let first = -1;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    counts[code]!++;
    const time = TIME[code]!;
    if (time >= 0) {
      if (time < 4) {
        columns[F.time + time]![row]!++;
        if (lastGap >= 0 && lastGap !== time) gapChanges++;
        lastGap = time;
        gaps++;
      } else columns[F.silence]![row]!++;
      continue;
    }
    columns[F.period + PERIOD[code]!]![row]!++;
    columns[F.size + SIZE[code]!]![row]!++;
    columns[F.duration + DURATION[code]!]![row]!++;
    if (flows === 0) first = 3 * SIZE[code]! + DURATION[code]!;
    else {
      const pair = last * VOCABULARY + code;
      if (pairCounts[pair]!++ === 0) seenPairs[seen++] = pair;
      if (last !== code) changes++;
      if (SIZE[last] !== SIZE[code]) sizeChanges++;
    }
    run = last === code ? run + 1 : 1;
    longest = Math.max(longest, run);
    last = code;
    flows++;
  }
  if (flows === 0) return;
  for (let k = F.period; k < F.flows; k++) columns[k]![row]! /= flows;
  let distinct = 0;
  let common = 0;
  let entropy = 0;
  for (let code = 1; code < VOCABULARY; code++) {
    const n = counts[code]!;
    columns[F.letters + code - 1]![row] = n / codes.length;
    if (n === 0 || TIME[code]! >= 0) continue;
    distinct++;
    common = Math.max(common, n);
    entropy -= (n / flows) * Math.log2(n / flows);
  }
  let pairs = 0;
  const steps = Math.max(1, flows - 1);
  for (let i = 0; i < seen; i++) {
    const n = pairCounts[seenPairs[i]!]!;
    pairCounts[seenPairs[i]!] = 0;
    pairs -= (n / steps) * Math.log2(n / steps);
  }
  columns[F.flows]![row] = Math.log(flows);
  columns[F.distinct]![row] = distinct;
  columns[F.entropy]![row] = entropy;
  columns[F.relative]![row] = flows > 1 ? entropy / Math.log2(flows) : 0;
  columns[F.pairs]![row] = pairs;
  columns[F.run]![row] = longest;
  columns[F.runShare]![row] = longest / flows;
  columns[F.changes]![row] = changes / steps;
  columns[F.gapChanges]![row] = gapChanges / Math.max(1, gaps - 1);
  columns[F.sizeChanges]![row] = sizeChanges / steps;
  columns[F.common]![row] = common / flows;
  columns[F.firstKind]![row] = first;
  columns[F.lastKind]![row] = 3 * SIZE[last]! + DURATION[last]!;
}

/** Empty columns for `rows` channels. */
export const statisticsColumns = (rows: number): Float32Array[] => STATISTICS.map(() => new Float32Array(rows));
