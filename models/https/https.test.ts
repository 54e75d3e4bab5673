import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.js';
import { openModel, writeModel } from '../artifact.js';
import type { LabelledData, Trained, TrainProgress } from '../kind.js';
import { type LabelledInput, readLabelled } from '../labelled.js';
import { metricsOf } from '../metrics.js';
import { calibrated } from './calibrate.js';
import { foldsOf } from './folds.js';
import { kind } from './kind.js';
import { labelledRows } from './labelled-rows.js';
import { CLIENT, CONTROL, type Made, writeMade } from './testing/made-captures.js';

const folder = tempDir('https');
const resources = { threads: 2, memoryLimit: '512MB' };

const capture = (name: string, kinds: readonly Made[], flows: number, seed: number): string =>
  writeMade(join(folder, name), kinds, flows, seed);
const whole = (path: string, family: string, label: 'malicious' | 'benign'): LabelledInput => ({
  paths: [path],
  group: path.split('/').at(-1)!,
  family,
  label,
});

const INPUTS: readonly LabelledInput[] = [
  whole(capture('a1', ['implant-a'], 60, 1), 'a', 'malicious'),
  whole(capture('a2', ['implant-a'], 30, 2), 'a', 'malicious'),
  whole(capture('b1', ['implant-b'], 40, 3), 'b', 'malicious'),
  whole(capture('o1', ['ordinary'], 150, 4), 'o1', 'benign'),
  whole(capture('o2', ['ordinary'], 150, 5), 'o2', 'benign'),
  {
    paths: [capture('mixed', ['implant-b', 'ordinary'], 40, 6)],
    group: 'mixed',
    family: 'b',
    malicious: [{ host: CLIENT, endpoint: CONTROL, port: 8443 }],
    rest: 'benign',
  },
];

const read = (inputs = INPUTS): Promise<LabelledData> => readLabelled(kind, inputs, resources);

async function train(
  inputs = INPUTS,
  changes: { engine?: string; seed?: number; signal?: AbortSignal; progress?: (p: TrainProgress) => void } = {},
): Promise<Trained> {
  const data = await read(inputs);
  try {
    return await kind.train(data, {
      seed: 1,
      engine: 'native',
      maxFpr: 0.01,
      signal: new AbortController().signal,
      progress: () => undefined,
      ...changes,
    });
  } finally {
    data.close();
  }
}

test('features of a flow', async () => {
  const data = await read();
  const rows = await labelledRows(data);
  data.close();
  const value = (row: number, name: string): number => rows.columns[rows.names.indexOf(name)]![row]!;
  const implant = rows.labels.findIndex((l, i) => l === 1 && data.groups[rows.groups[i]!]!.name === 'a1');
  const ordinary = rows.labels.findIndex((l, i) => l === 0 && data.groups[rows.groups[i]!]!.name === 'o1');
  const of = (row: number, names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((n) => [n, value(row, n)]));
  expect(
    of(implant, [
      'sni_named',
      'self_signed',
      'public_issuer',
      'regular',
      'same_size',
      'tls_port',
      'version',
      'orig_size',
      'validity_days',
      'forward_secrecy',
      'aead',
      'subject_fields',
    ]),
  ).toEqual({
    sni_named: 0,
    self_signed: 1,
    public_issuer: 0,
    regular: 1,
    same_size: 1,
    tls_port: 1,
    version: 4,
    orig_size: 1560,
    validity_days: 3650,
    forward_secrecy: 1,
    aead: 0,
    subject_fields: 1,
  });
  expect(value(implant, 'sni_length')).toBeNaN();
  // A source without the column does not say.
  expect(value(implant, 'alpn')).toBeNaN();
  const beside = rows.labels.findIndex((l, i) => l === 1 && data.groups[rows.groups[i]!]!.name === 'mixed');
  expect(value(beside, 'alpn')).toBe(0);
  expect(
    of(ordinary, ['sni_named', 'self_signed', 'public_issuer', 'alpn', 'x25519', 'subject_fields', 'sni_dots']),
  ).toEqual({
    sni_named: 1,
    self_signed: 0,
    public_issuer: 1,
    alpn: 1,
    x25519: 1,
    subject_fields: 3,
    sni_dots: 2,
  });
  expect(rows.labels.reduce((a, b) => a + b, 0)).toBe(60 + 30 + 40 + 40);
  expect(rows.labels.length).toBe(60 + 30 + 40 + 300 + 80);
});

test('folds: a family is held out whole, with what else its captures hold', async () => {
  const data = await read();
  const folds = foldsOf(await labelledRows(data), data.groups)!;
  data.close();
  const names = folds.map((f) => ({ name: f.name, groups: [...f.groups].map((g) => data.groups[g]!.name).sort() }));
  expect(names.map((f) => f.name)).toEqual(['a', 'b']);
  expect(names[0]!.groups).toEqual(expect.arrayContaining(['a1', 'a2']));
  expect(names[1]!.groups).toEqual(expect.arrayContaining(['b1', 'mixed']));
  expect(names.flatMap((f) => f.groups).sort()).toEqual(['a1', 'a2', 'b1', 'mixed', 'o1', 'o2']);
});

describe('a trained model', () => {
  test('tells what was held out apart, and says how well', async () => {
    const { card } = await train();
    expect(card.metrics.held_out).toMatchObject({ n: 510, positives: 170, threshold: 0.5 });
    expect(card.metrics.held_out!.auc).toBeGreaterThan(0.99);
    expect(card.metrics.held_out!.recall).toBeGreaterThan(0.9);
    expect(card.data.map((g) => [g.name, g.malicious, g.benign])).toContainEqual(['mixed', 40, 40]);
    expect(card.limits.join(' ')).toContain('4 captures of 2 families');
  });

  test('one seed gives the same files, whatever the order of the inputs and the threads', async () => {
    const first = writeModel(join(folder, 'm1'), kind, 'native', 1, await train());
    const second = writeModel(join(folder, 'm2'), kind, 'native', 1, await train());
    expect(second).toEqual(first);
    for (const name of [...Object.keys(first.files), 'card.json', 'card.md']) {
      expect(readFileSync(join(folder, 'm2', name)).equals(readFileSync(join(folder, 'm1', name)))).toBe(true);
    }
    const turned = await train([...INPUTS].reverse());
    expect(Buffer.from(turned.files['tls.forest']!).equals(readFileSync(join(folder, 'm1', 'tls.forest')))).toBe(true);
    const other = await train(INPUTS, { seed: 2 });
    expect(Buffer.from(other.files['tls.forest']!).equals(readFileSync(join(folder, 'm1', 'tls.forest')))).toBe(false);
  });

  test('scores labelled captures that it did not see', async () => {
    writeModel(join(folder, 'm3'), kind, 'native', 1, await train());
    const model = await kind.load(openModel(join(folder, 'm3'), 'https'));
    const data = await read([
      whole(capture('new-a', ['implant-a'], 20, 11), 'a', 'malicious'),
      whole(capture('new-o', ['ordinary'], 50, 12), 'o', 'benign'),
    ]);
    const scored = await model.score(data);
    data.close();
    expect(metricsOf(scored, 0.5)).toMatchObject({ n: 70, positives: 20, recall: 1, fpr: 0 });
  });

  test('ml-random-forest as the engine: its own JSON, read back', async () => {
    const trained = await train(INPUTS, { engine: 'ml-random-forest' });
    expect(Object.keys(trained.files)).toContain('tls.ml-random-forest.json');
    writeModel(join(folder, 'ml'), kind, 'ml-random-forest', 1, trained);
    const model = await kind.load(openModel(join(folder, 'ml'), 'https'));
    const data = await read();
    const scored = await model.score(data);
    data.close();
    expect(metricsOf(scored, 0.5).auc).toBeGreaterThan(0.99);
  }, 120_000);

  test('an interrupt keeps the trees so far and says that nothing was held out', async () => {
    const stop = new AbortController();
    const trained = await train(INPUTS, {
      signal: stop.signal,
      progress: (p) => p.step === 'tls: trees' && p.done === 7 && stop.abort(),
    });
    expect(trained.card.stopped_early).toBe(true);
    expect(trained.card.metrics.held_out).toBeUndefined();
    expect(trained.card.limits.join(' ')).toContain('Nothing could be held out');
    writeModel(join(folder, 'cut'), kind, 'native', 1, trained);
    const model = await kind.load(openModel(join(folder, 'cut'), 'https'));
    const data = await read();
    expect(metricsOf(await model.score(data), 0.5).auc).toBeGreaterThan(0.9);
    data.close();
  });

  test('one class alone is refused', async () => {
    await expect(train([INPUTS[0]!])).rejects.toThrow(/only malicious TLS flows/);
    await expect(train([INPUTS[3]!])).rejects.toThrow(/only benign TLS flows/);
  });

  test('a model whose files are not those of its card is refused', async () => {
    const path = join(folder, 'damaged');
    writeModel(path, kind, 'native', 1, await train());
    const bytes = readFileSync(join(path, 'tls.forest'));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(path, 'tls.forest'), bytes);
    expect(() => openModel(path, 'https')).toThrow(/not the file that card.json names/);
    expect(() => openModel(join(folder, 'a1'), 'https')).toThrow(/not a model/);
    mkdirSync(join(folder, 'text'), { recursive: true });
    writeFileSync(join(folder, 'text', 'card.json'), '{"format":1}');
    expect(() => openModel(join(folder, 'text'))).toThrow(/card.json/);
  });
});

test('calibrated scores keep their order and their side of the threshold', () => {
  for (const t of [0, 0.000001, 0.05, 0.5, 0.999999, 1]) {
    let before = -1;
    for (let s = 0; s <= 1_000_000; s += 997) {
      const score = s / 1_000_000;
      const c = calibrated(score, t);
      expect(c >= 0.5).toBe(score >= t);
      expect(c).toBeGreaterThanOrEqual(before);
      before = c;
    }
  }
});
