import type { Forest } from '../forest/forest.js';
import { ForestScorer } from '../forest/score.js';
import type { Network } from '../recurrent/network.js';
import { statistics, statisticsColumns } from './statistics.js';

/** Channels whose statistics are held at once. */
const BLOCK = 512;

/** The two opinions of a model. */
export interface Opinions {
  readonly network: Network;
  readonly forest: Forest;
}

/** Scores of channels by each opinion and together. */
export interface OpinionScores {
  readonly network: Float64Array;
  readonly forest: Float64Array;
  /** The mean of both: the model's score. */
  readonly both: Float64Array;
}

const round6 = (x: number): number => Math.round(x * 1e6) / 1e6;

/** Scores channels, rounded to 6 decimals; memory is that of a block beside the result. */
export class OpinionScorer {
  readonly #network: Network;
  readonly #forest: ForestScorer;
  readonly #columns = statisticsColumns(BLOCK);

  constructor(opinions: Opinions) {
    this.#network = opinions.network;
    this.#forest = new ForestScorer(opinions.forest);
  }

  /**
   * The model's score where it reaches `floor`, NaN elsewhere. The network, which costs most, is asked only about channels
   * that the forest's opinion lets get there; scores that are given are those of `score`.
   */
  scoreFrom(channels: readonly Uint8Array[], floor: number): Float64Array {
    const n = channels.length;
    const forest = new Float64Array(n);
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      for (let i = 0; i < rows; i++) statistics(channels[from + i]!, this.#columns, i);
      this.#forest.score(this.#columns, rows, forest.subarray(from, from + rows));
    }
    const out = new Float64Array(n).fill(Number.NaN);
    for (let i = 0; i < n; i++) {
      if (round6((1 + forest[i]!) / 2) < floor) continue;
      const both = round6((round6(this.#network.score(channels[i]!)) + forest[i]!) / 2);
      if (both >= floor) out[i] = both;
    }
    return out;
  }

  /** @param channels codes of the last letters of each */
  score(channels: readonly Uint8Array[]): OpinionScores {
    const n = channels.length;
    const out = { network: new Float64Array(n), forest: new Float64Array(n), both: new Float64Array(n) };
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      for (let i = 0; i < rows; i++) {
        const codes = channels[from + i]!;
        statistics(codes, this.#columns, i);
        out.network[from + i] = round6(this.#network.score(codes));
      }
      this.#forest.score(this.#columns, rows, out.forest.subarray(from, from + rows));
    }
    for (let i = 0; i < n; i++) out.both[i] = round6((out.network[i]! + out.forest[i]!) / 2);
    return out;
  }
}
