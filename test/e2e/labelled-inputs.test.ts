import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli } from '../support/cli.js';
import { CHANNELS, writeLabelledChannels, writeLetters } from '../support/labelled-channels.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('labelled-inputs');
const at = (name: string): string => join(folder, name);
mkdirSync(at('inputs'));
const WAYS = Object.entries(writeLabelledChannels(at('inputs')));

interface Card {
  readonly data: readonly { readonly malicious: number; readonly benign: number }[];
  readonly stopped_early: boolean;
}

describe('labelled inputs of every kind', () => {
  test.each(WAYS)('%s', { timeout: 300_000 }, (way, words) => {
    const model = at(way.replaceAll(' ', '-'));
    const trained = cli(['train', 'cc', ...words, '-o', model, '--json'], { timeout: 240_000 });
    const said = way.startsWith('Argus')
      ? expect.stringMatching(/^warning: capture.binetflow: no packets by direction.*\n$/)
      : '';
    expect(trained.stderr).toEqual(said);
    const { data } = JSON.parse(trained.stdout) as Card;
    const sum = (key: 'malicious' | 'benign'): number => data.reduce((all, g) => all + g[key], 0);
    expect([sum('malicious'), sum('benign')]).toEqual([CHANNELS, CHANNELS]);
    const evaluated = cli(['evaluate', 'cc', '--model', model, ...words, '--json']);
    expect(evaluated.stderr).toContain(`warning: ${model} was trained on these files`);
    const own = JSON.parse(evaluated.stdout) as { auc: number };
    expect(own).toMatchObject({ n: 2 * CHANNELS, positives: CHANNELS });
    // These are the rows that it learnt from.
    expect(own.auc).toBeGreaterThan(0.95);
    const compared = cli(['models', 'compare', 'shipped', model, ...words, '--json']);
    // Not the shipped one.
    expect(compared.stderr.match(/was trained on/g)).toHaveLength(1);
    expect((JSON.parse(compared.stdout) as Record<string, unknown>)[model]).toEqual(own);
  });
});

describe('Ctrl-C', () => {
  test('while it trains: the best so far is kept and can be used', { timeout: 300_000 }, async () => {
    const letters = writeLetters(at('letters.tsv'), 1000, 220);
    const model = at('stopped');
    const child = spawn(
      process.execPath,
      [join(packageRoot, 'dist/cli/main.js'), 'train', 'cc', letters, '-o', model, '--json', '--progress'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const before = errors;
      errors += text;
      const begun = /training \d+\/\d+ loss/;
      if (begun.test(errors) && !begun.test(before)) child.kill('SIGINT');
    });
    const code = await new Promise((done) => child.once('close', done));
    expect(errors).toContain('the best so far is kept');
    expect(code).toBe(0);
    expect(JSON.parse(out) as Card).toMatchObject({ kind: 'cc', stopped_early: true });
    expect(readFileSync(join(model, 'card.md'), 'utf8')).toContain('stopped before its end');
    const used = cli(['evaluate', 'cc', '--model', model, letters, '--json']);
    expect(used.stderr).toContain('was trained on these files');
    expect((JSON.parse(used.stdout) as { auc: number }).auc).toBeGreaterThan(0.6);
  });
});
