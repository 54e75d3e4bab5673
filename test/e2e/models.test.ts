import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLIENT, CONTROL, type Made, writeMade } from '../../models/https/testing/made-captures.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('models');
const at = (name: string): string => join(folder, name);
const made = (name: string, kinds: readonly Made[], flows: number, seed: number): string =>
  writeMade(at(name), kinds, flows, seed);

const a = made('a', ['implant-a'], 40, 1);
const b = made('b', ['implant-b'], 40, 2);
const o1 = made('o1', ['ordinary'], 80, 3);
const o2 = made('o2', ['ordinary'], 80, 4);
const TRAIN = ['--label', 'malicious', a, b, '--label', 'benign', o1, o2];

describe('train, evaluate, compare, use', () => {
  test('a model, its card, the same files again', () => {
    const first = cli(['train', 'https', ...TRAIN, '-o', at('model')]);
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('held_out');
    const again = cli(['train', 'https', ...TRAIN, '-o', at('again'), '--threads', '1', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ kind: 'https', engine: 'native', seed: 1, stopped_early: false });
    for (const name of ['card.json', 'card.md', 'model.json', 'tls.forest']) {
      expect(readFileSync(join(at('again'), name)).equals(readFileSync(join(at('model'), name)))).toBe(true);
    }
    expect(cli(['train', 'https', ...TRAIN, '-o', at('model')]).code).toBe(2);
  });

  test('evaluate gives the numbers of the contract, with labels by file too', () => {
    const mixed = made('mixed', ['implant-a', 'ordinary'], 30, 9);
    writeFileSync(at('hosts.csv'), `host,label\n${CONTROL},malicious\n${CLIENT},benign\n`);
    const byHost = cli(['evaluate', 'https', '--model', at('model'), mixed, '--hosts', at('hosts.csv'), '--json']);
    expect(byHost.stderr).toBe('');
    const metrics = JSON.parse(byHost.stdout) as Record<string, unknown>;
    expect(metrics).toMatchObject({ n: 60, positives: 30, recall: 1, fpr: 0, threshold: 0.5 });
    for (const key of ['auc', 'auc_ci', 'accuracy', 'precision', 'f1']) expect(metrics).toHaveProperty(key);
    const rows = Array.from({ length: 30 }, (_, i) => `Cimplant-a9x${i},malicious\nCordinary9x${i},benign`);
    writeFileSync(at('uids.csv'), `uid,label\n${rows.join('\n')}\n`);
    const byUid = cli(['evaluate', 'https', '--model', at('model'), mixed, '--uids', at('uids.csv'), '--json']);
    expect(JSON.parse(byUid.stdout)).toEqual(metrics);
    writeFileSync(at('none.csv'), 'uid,label\nCnone,malicious\n');
    const none = cli(['evaluate', 'https', '--model', at('model'), mixed, '--uids', at('none.csv')]);
    expect(none.code).toBe(3);
    expect(none.stderr).toContain(`warning: ${at('none.csv')}: names no flow of these inputs`);
    expect(none.stderr).toContain('no flow has a label');
  });

  test('models list and compare', () => {
    const list = JSON.parse(cli(['models', 'list', folder, '--json']).stdout) as {
      kind: string;
      models: { model: string }[];
    }[];
    const https = list.find((k) => k.kind === 'https')!;
    expect(https.models.map((m) => m.model)).toEqual(['shipped', at('again'), at('model')]);
    const run = cli([
      'models',
      'compare',
      'shipped',
      at('model'),
      '--label',
      'malicious',
      a,
      '--label',
      'benign',
      o2,
      '--json',
    ]);
    expect(run.stderr).toMatch(/^warning: .*model was trained on these files: .*\n$/);
    expect(Object.keys(JSON.parse(run.stdout) as object)).toEqual(['shipped', at('model')]);
  });

  test('analyze with the model: a finding, the hash of the model in the case', () => {
    const mixed = made('use', ['implant-a', 'ordinary'], 20, 21);
    const run = cli(['analyze', mixed, '-o', at('out'), '--model', `https=${at('model')}`]);
    expect(run.code).toBe(0);
    const db = at('out/case.duckdb');
    expect(
      query(
        db,
        "SELECT profile, key, details->>'flows_scored' AS n FROM evidence WHERE detection = 'malicious-https-flow'",
      ),
    ).toEqual([{ profile: CLIENT, key: CONTROL, n: '20' }]);
    expect(query(db, "SELECT module, model, threshold FROM models_used WHERE module = 'https'")).toEqual([
      { module: 'https', model: 'own', threshold: 0.5 },
    ]);
    const [fact] = query<{ value: string }>(db, "SELECT value FROM provenance WHERE key = 'models'");
    expect(fact!.value).toMatch(/"module":"https".*"sha256":"[0-9a-f]{64}"/);
    expect(query(db, "SELECT value FROM provenance WHERE value LIKE '%slipstream-models-%'")).toEqual([]);
  });

  test('errors say what to do', () => {
    const wrong = (...args: string[]): { code: number | null; stderr: string } => cli(args);
    expect(wrong('train', 'http', a, '-o', at('x'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one of '),
    });
    expect(wrong('train', 'https', a, '--label', 'bad', b, '-o', at('x')).code).toBe(2);
    expect(wrong('train', 'https', '--label', 'benign', o1, '-o', at('x'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('both classes'),
    });
    expect(wrong('train', 'https', ...TRAIN, '--engine', 'x', '-o', at('x')).stderr).toContain(
      'native, ml-random-forest',
    );
    expect(wrong('train', 'https', '-o', at('x')).stderr).toContain('no labelled captures');
    expect(wrong('train', 'https', '--data', folder, '-o', at('x'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('datasets.yaml'),
    });
    expect(wrong('evaluate', 'https', '--model', at('o1'), a).code).toBe(3);
    expect(wrong('detect', '--db', at('out/case.duckdb'), '--model', `https=${at('o1')}`).code).toBe(3);
    expect(wrong('detect', '--db', at('out/case.duckdb'), '--model', 'https').code).toBe(2);
    expect(wrong('detect', '--db', at('out/case.duckdb'), '--model', 'nothing=x').code).toBe(2);
  });
});
