import type { Command } from 'commander';
import { type ModelFolder, openModel } from '../../models/artifact.js';
import type { Metrics } from '../../models/card.js';
import { nothingLabelled, seenBefore } from '../../models/labelled.js';
import { metricsOf } from '../../models/metrics.js';
import { allKinds, listModels, loadKind, shippedModel } from '../../models/registry.js';
import { printJson, withProgress, withResources } from '../common.js';
import { inputError, usageError } from '../errors.js';
import { labelledInputs, withLabelledInputs } from '../labelled-inputs.js';
import { metricsText } from '../metrics-text.js';
import { Progress } from '../progress.js';
import { resources } from '../resources.js';
import { table } from '../terminal.js';

export function register(program: Command): void {
  const models = program
    .command('models')
    .description('Models: those that ship, your own, side by side')
    .addHelpText(
      'after',
      `
Examples:
  slipstream models list
  slipstream models list my-models/
  slipstream models compare shipped my-model --label malicious bot.pcap --label benign office.pcap`,
    );
  models
    .command('list')
    .description('Kinds of model, what ships for each, and the models of your folders')
    .argument('[folder...]', 'models, or folders of models')
    .option('--json', 'print as JSON')
    .action(async (folders: string[], flags) => {
      const kinds = await allKinds();
      const found = listModels(folders);
      if (flags.json) {
        printJson(
          kinds.map((k) => ({
            kind: k.name,
            detection: k.detection,
            engines: k.engines,
            models: found.filter((m) => m.card.kind === k.name).map(summary),
          })),
        );
        return;
      }
      for (const k of kinds) {
        process.stdout.write(
          `${k.name}: ${k.description}\n  detection ${k.detection}; engines ${k.engines.join(', ')}\n`,
        );
        if (!found.some((m) => m.shipped && m.card.kind === k.name)) {
          process.stdout.write(`  no model ships: the detection is not decided without --model ${k.name}=DIR\n`);
        }
      }
      if (found.length > 0) process.stdout.write(`\n${listText(found)}\n`);
    });
  withProgress(
    withResources(
      withLabelledInputs(
        models
          .command('compare')
          .description('Two models on the same labelled captures')
          .argument('<a>', "a model's folder, or shipped")
          .argument('<b>', "a model's folder, or shipped")
          .argument('[input...]', 'labelled captures'),
      ).option('--json', 'print as JSON'),
    ),
  ).action(async (a: string, b: string, inputs: string[], flags, command: Command) => {
    const [first, second] = pair(a, b);
    const kind = await loadKind(first.card.kind);
    const progress = new Progress(flags.progress);
    const data = await labelledInputs(kind, command, inputs, flags, resources(flags), progress);
    try {
      const results: Record<string, Metrics> = {};
      for (const [name, folder] of [
        [a, first],
        [a === b ? `${b} (2)` : b, second],
      ] as const) {
        const scored = await (await kind.load(folder)).score(data);
        if (scored.labels.length === 0) throw await nothingLabelled(data, scored.unit);
        const seen = seenBefore(data, name, folder.card);
        if (seen !== undefined) progress.warn(seen);
        results[name] = metricsOf(scored, folder.card.threshold);
      }
      if (flags.json) printJson(results);
      else process.stdout.write(`${metricsText(results)}\n`);
    } finally {
      data.close();
    }
  });
}

function pair(a: string, b: string): [ModelFolder, ModelFolder] {
  if (a === 'shipped' && b === 'shipped') throw usageError('shipped with itself: name another model');
  const own = openModel(a === 'shipped' ? b : a);
  const open = (name: string): ModelFolder => {
    if (name !== 'shipped') return openModel(name);
    const model = shippedModel(own.card.kind);
    if (!model) throw inputError(`no ${own.card.kind} model ships with slipstream`);
    return model;
  };
  const both: [ModelFolder, ModelFolder] = [open(a), open(b)];
  if (both[0].card.kind !== both[1].card.kind) {
    throw usageError(`${a} is a ${both[0].card.kind} model, ${b} a ${both[1].card.kind} model`);
  }
  return both;
}

const summary = (m: ModelFolder): Record<string, unknown> => ({
  model: m.shipped ? 'shipped' : m.folder,
  kind: m.card.kind,
  engine: m.card.engine,
  seed: m.card.seed,
  threshold: m.card.threshold,
  sha256: m.sha256,
  metrics: m.card.metrics,
});

const listText = (found: readonly ModelFolder[]): string =>
  table(
    ['model', 'kind', 'engine', 'threshold', 'held-out AUC', 'recall', 'false positives', 'sha256'],
    found.map((m) => {
      const held = m.card.metrics.held_out;
      return [
        m.shipped ? 'shipped' : m.folder,
        m.card.kind,
        m.card.engine,
        m.card.threshold,
        held?.auc ?? null,
        held?.recall ?? null,
        held?.fpr ?? null,
        m.sha256.slice(0, 16),
      ];
    }),
  );
