import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelFolder, openModel, writeModel } from '../artifact.js';
import type { LabelledData, Trained } from '../kind.js';
import { readLabelled } from '../labelled.js';
import { labelledChannels } from './channels.js';
import { groupFolds, randomFolds } from './folds.js';
import { kind } from './kind.js';
import { madeLetters } from './testing/made-letters.js';

const root = mkdtempSync(join(tmpdir(), 'slipstream-cc-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function lettersFile(): string {
  const path = join(root, 'letters.tsv');
  writeFileSync(path, madeLetters());
  return path;
}

const open = (path: string): Promise<LabelledData> =>
  readLabelled(kind, [{ paths: [path], group: 'letters.tsv', family: 'letters.tsv' }], {
    threads: 1,
    memoryLimit: '512MB',
  });
const options = (signal: AbortSignal) => ({
  seed: 3,
  engine: 'native',
  maxFpr: 0.01,
  signal,
  progress: () => undefined,
});
const never = new AbortController().signal;

describe('the cc kind of model', () => {
  let data: LabelledData;
  let trained: Trained;
  let folder: ModelFolder;
  beforeAll(async () => {
    data = await open(lettersFile());
    trained = await kind.train(data, options(never));
    writeModel(join(root, 'model'), kind, 'native', 3, trained);
    folder = openModel(join(root, 'model'), 'cc');
  }, 120_000);
  afterAll(() => data?.close());

  it('learns what tells them apart, on hosts it never saw', () => {
    const { held_out, held_out_network, held_out_forest } = trained.card.metrics as Record<
      string,
      { auc: number; n: number; fpr: number }
    >;
    expect(held_out!.n).toBe(60);
    expect([held_out!.auc, held_out_network!.auc, held_out_forest!.auc].map((a) => a > 0.95)).toEqual([
      true,
      true,
      true,
    ]);
    expect(held_out!.fpr).toBeLessThanOrEqual(0.01);
    expect(trained.card.stopped_early).toBe(false);
  });

  it('scores after reading as it was trained', async () => {
    const scored = await (await kind.load(folder)).score(data);
    expect(scored.scores.length).toBe(60);
    const mean = (label: number): number => {
      const of = [...scored.scores].filter((_, i) => scored.labels[i] === label);
      return of.reduce((sum, s) => sum + s, 0) / of.length;
    };
    expect(mean(1)).toBeGreaterThan(0.8);
    expect(mean(0)).toBeLessThan(0.2);
  });

  it('gives the same bytes again from one seed, others from another', async () => {
    const again = await kind.train(data, options(never));
    expect(again.card).toEqual(trained.card);
    expect(again.files).toEqual(trained.files);
    const other = await kind.train(data, { ...options(never), seed: 4 });
    expect(other.files['weights.bin']).not.toEqual(trained.files['weights.bin']);
  }, 120_000);

  it('keeps the best so far when interrupted', async () => {
    const stop = new AbortController();
    const card = (
      await kind.train(data, {
        ...options(stop.signal),
        progress: (p) => {
          if (p.step.startsWith('groups held out 2')) stop.abort();
        },
      })
    ).card;
    expect(card.stopped_early).toBe(true);
    expect(card.threshold_rule).toContain('groups held out');
    const early = new AbortController();
    early.abort();
    const first = await kind.train(data, options(early.signal));
    expect(first.card.stopped_early).toBe(true);
    expect(first.card.threshold_rule).toContain('stopped before');
    expect(first.card.metrics).toEqual({});
  }, 120_000);

  it('ties channels of a host, never splits one', async () => {
    const { channels, groups } = await labelledChannels(data, 5);
    expect(groups.length).toBe(20);
    const folds = groupFolds(channels, 5);
    const foldsOf = new Map<number, Set<number>>();
    for (const [i, c] of channels.entries()) foldsOf.set(c.group, (foldsOf.get(c.group) ?? new Set()).add(folds[i]!));
    expect([...foldsOf.values()].every((s) => s.size === 1)).toBe(true);
    expect(new Set(folds).size).toBe(5);
    expect([...randomFolds(channels, 5, 1)].filter((f) => f === 0).length).toBe(12);
  });

  it('says what is missing', async () => {
    const path = join(root, 'few.tsv');
    writeFileSync(path, 'label\tletters\nFrom-Botnet\t11,a,a,\n');
    const few = await open(path);
    await expect(kind.train(few, options(never))).rejects.toThrow(/1 malicious and 0 benign channels/);
    few.close();
  });
});
