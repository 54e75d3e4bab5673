import { existsSync, readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { writeModel } from '../../models/artifact.js';
import { datasetNotes } from '../../models/datasets.js';
import type { TrainProgress } from '../../models/kind.js';
import { kindNames, loadKind } from '../../models/registry.js';
import { printJson, seconds, withProgress, withResources } from '../common.js';
import { usageError } from '../errors.js';
import { labelledInputs, withLabelledInputs } from '../labelled-inputs.js';
import { metricsText } from '../metrics-text.js';
import { Progress } from '../progress.js';
import { resources } from '../resources.js';

export function register(program: Command): void {
  withProgress(
    withResources(
      withLabelledInputs(
        program
          .command('train')
          .description('Train a model on labelled captures: the model, its metrics, its card')
          .argument('<kind>', kindNames().join(' or '))
          .argument('[input...]', 'labelled captures (files, folders, globs); rows of one input stay together')
          .requiredOption('-o, --output <dir>', 'folder of the model'),
      )
        .option('--seed <n>', 'one seed, the same files', '1')
        .option('--engine <name>', "how it learns; see 'slipstream models list'")
        .option('--max-fpr <share>', 'benign rows held out that the threshold may let through', '0.01')
        .option('--max-time <time>', 'stop after 90s, 10m, 1h and keep the best so far')
        .option('--force', 'write over a model that is there')
        .option('--json', 'print the card as JSON'),
    ),
  )
    .addHelpText(
      'after',
      `
--label and --family are about the inputs that follow them. Ctrl-C keeps the best so far.

Examples:
  slipstream train https --label malicious bots/ --label benign office/ -o my-model
  slipstream train https conn.log.labeled --engine ml-random-forest -o my-model
  slipstream train https --hosts hosts.csv capture.pcap -o my-model
  slipstream train https --data ~/datasets -o remade`,
    )
    .action(async (name: string, inputs: string[], flags, command: Command) => {
      const kind = await loadKind(name);
      const engine = engineOf(kind.engines, flags.engine);
      const seed = wholeNumber('--seed', flags.seed);
      const maxFpr = shareOf('--max-fpr', flags.maxFpr);
      const limit = seconds('--max-time', flags.maxTime);
      checkOutput(flags.output, Boolean(flags.force));
      const progress = new Progress(flags.progress);
      const data = await labelledInputs(kind, command, inputs, flags, resources(flags), progress);
      const stop = new AbortController();
      const interrupted = (): void => {
        stop.abort();
        process.stderr.write('\nstopping: the best so far is kept; once more to give up\n');
      };
      process.once('SIGINT', interrupted);
      const timer = limit === undefined ? undefined : setTimeout(() => stop.abort(), limit * 1000);
      try {
        const trained = await kind.train(data, {
          seed,
          engine,
          maxFpr,
          signal: stop.signal,
          progress: withTimeLeft(progress),
        });
        const notes = flags.data === undefined ? [] : datasetNotes(kind.name, flags.datasets);
        const card = writeModel(flags.output, kind, engine, seed, {
          ...trained,
          card: { ...trained.card, limits: [...trained.card.limits, ...notes] },
        });
        progress.clear();
        if (flags.json) printJson(card);
        else {
          process.stdout.write(
            `${flags.output}: ${kind.name} model, ${engine}${card.stopped_early ? ', stopped early' : ''}\n` +
              `threshold ${card.threshold} (${card.threshold_rule})\n${metricsText(card.metrics)}\n` +
              card.limits.map((l) => `note: ${l}\n`).join(''),
          );
        }
      } finally {
        clearTimeout(timer);
        process.removeListener('SIGINT', interrupted);
        data.close();
      }
    });
}

/** Loss and time left beside the step; the time left is that of the step at its pace so far. */
function withTimeLeft(progress: Progress): (p: TrainProgress) => void {
  let step = '';
  let from = 0;
  let shown = 0;
  return (p) => {
    const now = performance.now();
    if (p.step !== step) {
      step = p.step;
      from = now;
    } else if (now - shown < 1000 && p.done < p.total) return;
    shown = now;
    const left = p.done > 0 ? ((now - from) / p.done) * (p.total - p.done) : undefined;
    const loss = p.loss === undefined ? '' : ` loss ${p.loss.toFixed(4)}`;
    const time = left === undefined || left < 1000 ? '' : `, ${duration(left / 1000)} left`;
    progress.update(p.total === 0 ? p.step : `${p.step} ${p.done}/${p.total}${loss}${time}`, p.done, p.total);
  };
}

const duration = (s: number): string =>
  s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;

function engineOf(engines: readonly string[], wanted: string | undefined): string {
  if (wanted === undefined) return engines[0]!;
  if (!engines.includes(wanted)) throw usageError(`--engine ${wanted}: one of ${engines.join(', ')}`);
  return wanted;
}

function wholeNumber(flag: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 4294967295) throw usageError(`${flag} ${text}: a whole number from 0`);
  return n;
}

function shareOf(flag: string, text: string): number {
  const n = Number(text);
  if (!(n >= 0 && n <= 0.5)) throw usageError(`${flag} ${text}: a share from 0 to 0.5, such as 0.01`);
  return n;
}

function checkOutput(folder: string, force: boolean): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !force) {
    throw usageError(`${folder}: is there already and not empty; another folder, or --force`);
  }
}
