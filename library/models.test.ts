import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate, features, modelCard, SlipstreamError, train } from '../index.js';
import { fixture } from '../test/support/fixtures.js';
import { tempDir } from '../test/support/temp-dir.js';

const folder = tempDir('library-models');
/** TLS flows of both classes: the infected machine's are malicious. */
const hosts = join(folder, 'hosts.csv');
writeFileSync(
  hosts,
  'host,label\n192.168.50.23,malicious\n192.168.50.21,benign\n192.168.50.22,benign\n192.168.50.24,benign\n',
);
const captures = [{ path: fixture('office-zeek-tsv'), hosts }];

describe('models', () => {
  it('shows what a kind sees', async () => {
    const table = await features('https', captures);
    expect(table.unit).toBe('flow');
    expect(table.columns).toHaveLength(table.features.length);
    for (const column of table.columns) expect(column).toHaveLength(table.labels.length);
    expect(table.labels.reduce((a, b) => a + b, 0)).toBeGreaterThan(50);
    expect(table.groupNames).toEqual(['office-zeek-tsv']);
    const letters = await features('cc', captures);
    expect(letters.unit).toBe('channel');
    expect(letters.labels).toHaveLength(letters.columns[0]!.length);
  });

  it('trains, evaluates, and reads the card', async () => {
    const output = join(folder, 'model');
    const card = await train('https', captures, { output, seed: 7 });
    expect(card).toMatchObject({ kind: 'https', seed: 7, unit: 'flow' });
    expect(JSON.parse(readFileSync(join(output, 'card.json'), 'utf8'))).toEqual(card);
    expect(modelCard('https', output)).toEqual(card);
    const metrics = await evaluate('https', captures, { model: output });
    expect(metrics.n).toBe((await features('https', captures)).labels.length);
    expect(metrics.auc).toBeGreaterThan(0.9);
    expect((await evaluate('https', captures)).n).toBe(metrics.n);
  });

  it('refuses what makes no sense', async () => {
    await expect(train('dns', captures, { output: join(folder, 'x') })).rejects.toThrow(/no kind of model "dns"/);
    await expect(train('https', [], { output: join(folder, 'x') })).rejects.toThrow(SlipstreamError);
    await expect(train('https', captures, { output: join(folder, 'x'), maxFpr: 2 })).rejects.toThrow(/maxFpr 2/);
    await expect(evaluate('https', [{ path: fixture('office-eve') }])).rejects.toThrow(/no labelled/);
    expect(() => modelCard('https', folder)).toThrow(SlipstreamError);
  });
});
