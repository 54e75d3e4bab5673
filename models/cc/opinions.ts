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
  /** Their weighted mean: the model's score. */
  readonly both: Float64Array;
}

/** The network's share of the score. On groups held out the forest is right more often; chosen there, once. */
export const NETWORK_SHARE = 0.25;
const round6 = (x: number): number => Math.round(x * 1e6) / 1e6;
/** The model's score of two opinions. */
const mean = (network: number, forest: number): number =>
  round6(NETWORK_SHARE * network + (1 - NETWORK_SHARE) * forest);

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
    // The mean with a sure network reaches the floor only from here.
    return this.#forestScores(channels, (floor - NETWORK_SHARE) / (1 - NETWORK_SHARE)).map((forest, i) => {
      if (Number.isNaN(forest) || mean(1, forest) < floor) return Number.NaN;
      const both = mean(this.#networkScore(channels[i]!), forest);
      return both >= floor ? both : Number.NaN;
    });
  }

  /** @param channels codes of the last letters of each */
  score(channels: readonly Uint8Array[]): OpinionScores {
    const forest = this.#forestScores(channels);
    const network = Float64Array.from(channels, (codes) => this.#networkScore(codes));
    return { network, forest, both: forest.map((f, i) => mean(network[i]!, f)) };
  }

  #networkScore(codes: Uint8Array): number {
    return round6(this.#network.score(codes));
  }

  #forestScores(channels: readonly Uint8Array[], floor = 0): Float64Array {
    const out = new Float64Array(channels.length);
    for (let from = 0; from < out.length; from += BLOCK) {
      const rows = Math.min(BLOCK, out.length - from);
      for (let i = 0; i < rows; i++) statistics(channels[from + i]!, this.#columns, i);
      this.#forest.score(this.#columns, rows, out.subarray(from, from + rows), floor);
    }
    return out;
  }
}
