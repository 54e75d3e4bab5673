import type { Command } from 'commander';
import { type ModelFolder, openModel } from '../../models/artifact.js';
import { nothingLabelled, seenBefore } from '../../models/labelled.js';
import { metricsOf } from '../../models/metrics.js';
import { kindNames, loadKind, shippedModel } from '../../models/registry.js';
import { commandGroup } from '../command-group.js';
import { printJson, withProgress, withResources } from '../common.js';
import { inputError } from '../errors.js';
import { labelledInputs, withLabelledInputs } from '../labelled-inputs.js';
import { metricsText } from '../metrics-text.js';
import { Progress } from '../progress.js';
import { resources } from '../resources.js';

/** `evaluate NAME` for every kind of model; other files of this folder add their own subcommands. */
export function register(program: Command): void {
  const group = commandGroup(program, 'evaluate', 'How good it is on labelled captures');
  for (const name of kindNames()) {
    withProgress(
      withResources(
        withLabelledInputs(
          group
            .command(name)
            .description(`The ${name} model on labelled captures`)
            .argument('[input...]', 'labelled captures (files, folders, globs)')
            .option('--model <dir>', 'a model of your own (default: the one that ships)'),
        ).option('--json', 'print {n, positives, auc, auc_ci, accuracy, precision, recall, f1, fpr, threshold}'),
      ),
    )
      .addHelpText(
        'after',
        `
Examples:
  slipstream evaluate ${name} conn.log.labeled
  slipstream evaluate ${name} --model my-model --label malicious bot.pcap --label benign office.pcap --json`,
      )
      .action(async (inputs: string[], flags, command: Command) => {
        const kind = await loadKind(name);
        const model = await kind.load(wanted(name, flags.model));
        const progress = new Progress(flags.progress);
        const data = await labelledInputs(kind, command, inputs, flags, resources(flags), progress);
        try {
          const scored = await model.score(data);
          if (scored.labels.length === 0) throw await nothingLabelled(data, scored.unit);
          const seen = seenBefore(data, flags.model ?? 'the shipped model', model.folder.card);
          if (seen !== undefined) progress.warn(seen);
          const metrics = metricsOf(scored, model.folder.card.threshold);
          if (flags.json) printJson(metrics);
          else {
            process.stdout.write(
              `${metricsText({ [name]: metrics })}\nthreshold ${metrics.threshold}; accuracy ${metrics.accuracy.toFixed(3)}; ` +
                `intervals from ${metrics.interval}\n`,
            );
          }
        } finally {
          data.close();
        }
      });
  }
}

function wanted(name: string, folder: string | undefined): ModelFolder {
  if (folder !== undefined) return openModel(folder, name);
  const model = shippedModel(name);
  if (!model) throw inputError(`no ${name} model ships with slipstream: train one and give --model DIR`);
  return model;
}
