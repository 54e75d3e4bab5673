import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { crossEntropy, Network } from './network.js';
import { emptyParameters, randomParameters } from './parameters.js';

const shape = { vocabulary: 7, embedding: 3, units: 4, dense: 5 };
const sequences = [
  { codes: Uint8Array.of(1, 2, 3, 3, 6, 5), target: 1, weight: 1 },
  { codes: Uint8Array.of(4), target: 0, weight: 2 },
  { codes: Uint8Array.of(5, 5, 5, 5, 1, 1, 2, 4, 6, 3), target: 0, weight: 0.5 },
];

describe('gradient of the recurrent network', () => {
  it('is that of finite differences, for every parameter', () => {
    const random = new Random(3);
    const p = randomParameters(shape, random);
    const network = new Network(p);
    for (let i = 0; i < p.all.length; i++) p.all[i]! += 0.2 * (random.unit() - 0.5);
    network.refresh();
    const gradient = emptyParameters(shape);
    for (const s of sequences) {
      network.learn(s.codes, 0, s.codes.length, s.target, s.weight, gradient, 0, random);
    }
    network.finishGradient(gradient);
    const loss = (): number => {
      network.refresh();
      return sequences.reduce((sum, s) => {
        const score = network.score(s.codes);
        return sum + s.weight * crossEntropy(Math.log(score / (1 - score)), s.target);
      }, 0);
    };
    const step = 1e-5;
    let worst = 0;
    let moved = 0;
    for (let i = 0; i < p.all.length; i++) {
      const kept = p.all[i]!;
      p.all[i] = kept + step;
      const above = loss();
      p.all[i] = kept - step;
      const below = loss();
      p.all[i] = kept;
      const numerical = (above - below) / (2 * step);
      worst = Math.max(worst, Math.abs(numerical - gradient.all[i]!) / Math.max(1e-3, Math.abs(numerical)));
      if (Math.abs(numerical) > 1e-6) moved++;
    }
    expect(worst).toBeLessThan(1e-5);
    expect(moved).toBeGreaterThan(p.all.length / 2);
  });

  it('uses only the part of the codes it is given', () => {
    const network = new Network(randomParameters(shape, new Random(1)));
    const padded = Uint8Array.of(9, 9, 1, 2, 3, 0, 0).map((c) => (c === 9 ? 6 : c));
    expect(network.score(padded, 2, 5)).toBe(network.score(Uint8Array.of(1, 2, 3)));
  });
});
