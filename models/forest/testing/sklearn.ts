import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForestData } from '../forest.js';

/** The Python that has scikit-learn: that of the path, or the system's. */
const python = ['python3', '/usr/bin/python3'].find((p) => spawnSync(p, ['-c', 'import sklearn']).status === 0);

/** Why scikit-learn cannot be asked, or undefined. */
export function sklearnMissing(): string | undefined {
  return python !== undefined ? undefined : 'scikit-learn is missing: apt-get install python3-sklearn';
}

const SCRIPT = `
import json, resource, sys, numpy as np
from sklearn.ensemble import RandomForestClassifier
folder, trees, min_leaf, seed, weight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
def read(name):
    shape = json.load(open(folder + '/' + name + '.json'))
    x = np.fromfile(folder + '/' + name + '.x', dtype='<f4').reshape(shape['features'], shape['rows']).T
    return np.ascontiguousarray(np.where(np.isnan(x), np.float32(-1e9), x)), np.fromfile(folder + '/' + name + '.y', dtype=np.uint8)
x, y = read('train')
t, _ = read('test')
def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime
a = cpu()
f = RandomForestClassifier(n_estimators=trees, min_samples_leaf=min_leaf, random_state=seed, n_jobs=1, class_weight=None if weight == 'none' else weight).fit(x, y)
b = cpu()
p = f.predict_proba(t)[:, 1]
c = cpu()
p.astype('<f8').tofile(folder + '/scores')
print(json.dumps({'fit': b - a, 'predict': c - b}))
`;

export interface SklearnResult {
  readonly scores: Float64Array;
  /** CPU seconds. */
  readonly fit: number;
  readonly predict: number;
}

/** Trains scikit-learn's RandomForestClassifier on `train` and scores `test`, on one core. */
export function sklearn(
  train: ForestData,
  test: ForestData,
  options: { trees: number; minLeaf: number; seed: number; classWeight?: 'balanced' },
): SklearnResult {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-sklearn-'));
  try {
    for (const [name, data] of [
      ['train', train],
      ['test', test],
    ] as const) {
      const rows = data.labels.length;
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ rows, features: data.names.length }));
      writeFileSync(
        join(folder, `${name}.x`),
        Buffer.concat(data.columns.map((c) => Buffer.from(c.buffer, c.byteOffset, c.byteLength))),
      );
      writeFileSync(join(folder, `${name}.y`), data.labels);
    }
    const { trees, minLeaf, seed, classWeight } = options;
    const run = spawnSync(
      python!,
      ['-c', SCRIPT, folder, String(trees), String(minLeaf), String(seed), classWeight ?? 'none'],
      { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' }, timeout: 600_000 },
    );
    if (run.status !== 0) throw new Error(`scikit-learn: ${run.stderr}`);
    const bytes = readFileSync(join(folder, 'scores'));
    const scores = new Float64Array(bytes.length / 8);
    for (let i = 0; i < scores.length; i++) scores[i] = bytes.readDoubleLE(i * 8);
    return { scores, ...(JSON.parse(run.stdout) as { fit: number; predict: number }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
