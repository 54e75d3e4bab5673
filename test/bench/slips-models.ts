/**
 * Networks that Slips publishes as Keras files, scored on labelled letters beside the model that ships: area under the curve
 * with its interval by host, recall and false positives at Slips' threshold, padded as Slips runs them (the character `0`,
 * or code 0) and at true length. The files are not part of this project and rows of the public letters were in their training.
 * With groups held out our figures are those of the card, as the shipped model saw the letters too.
 * Usage: tsx test/bench/slips-models.ts LETTERS.tsv MODEL.h5...
 */
import { basename } from 'node:path';
import { ALPHABET } from '../../models/cc/alphabet.js';
import { labelledChannels } from '../../models/cc/channels.js';
import { groupFolds } from '../../models/cc/folds.js';
import { kind } from '../../models/cc/kind.js';
import { readKeras } from '../../models/cc/testing/keras/keras-file.js';
import { kerasScore, type Padding } from '../../models/cc/testing/keras/keras-network.js';
import { readLabelled } from '../../models/labelled.js';
import { metricsOf } from '../../models/metrics.js';

const [letters, ...files] = process.argv.slice(2);
if (letters === undefined || files.length === 0) {
  process.stderr.write('usage: tsx test/bench/slips-models.ts LETTERS.tsv MODEL.h5...\n');
  process.exit(2);
}
const THRESHOLD = 0.99;
const LENGTH = 500;
const PADDINGS: readonly (readonly [string, Padding])[] = [
  ['true length', { kind: 'none' }],
  ['character 0', { kind: 'read', code: ALPHABET.indexOf('0'), length: LENGTH }],
  ['code 0', { kind: 'read', code: 0, length: LENGTH }],
];
const inputs = [{ paths: [letters], group: 'letters', family: 'letters' }];
const data = await readLabelled(kind, inputs, { threads: 2, memoryLimit: '1GB' });
const { channels } = await labelledChannels(data, 5);
data.close();
const folds = groupFolds(channels, 5);
for (const file of files) {
  const network = await readKeras(file);
  for (const [name, padding] of PADDINGS) {
    // Their codes begin at 0, ours at 1.
    const scores = Float64Array.from(channels, (c) =>
      kerasScore(
        network,
        Array.from(c.codes, (x) => x - 1),
        padding,
      ),
    );
    for (const [rows, only] of [
      ['all', () => true],
      ['hosts that we hold out', (i: number) => folds[i]! >= 0],
    ] as const) {
      const at = channels.flatMap((_, i) => (only(i) ? [i] : []));
      const m = metricsOf(
        {
          scores: Float64Array.from(at, (i) => scores[i]!),
          labels: Uint8Array.from(at, (i) => channels[i]!.label),
          groups: Int32Array.from(at, (i) => channels[i]!.group),
          unit: 'channel',
        },
        THRESHOLD,
      );
      process.stdout.write(
        `${basename(file)}, ${name}, ${rows}: n ${m.n}, AUC ${m.auc} (${m.auc_ci}), recall ${m.recall}, false positives ${m.fpr}\n`,
      );
    }
  }
}
