import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { findDatasets } from '../models/datasets.js';
import type { LabelledData, ModelKind } from '../models/kind.js';
import { groupNames, type LabelledInput, readLabelled } from '../models/labelled.js';
import { usageError } from './errors.js';
import type { Listener } from './progress.js';
import { safe } from './terminal.js';

/** Options of commands that read labelled captures. */
export const withLabelledInputs = (command: Command): Command =>
  command
    .option('--label <label>', 'malicious or benign: label of the inputs that follow, where their records have none')
    .option('--family <name>', 'family of the inputs that follow: they are held out together (default: each its own)')
    .option('--uids <csv>', 'labels of the inputs: CSV with a header uid,label')
    .option('--hosts <csv>', 'labels of the inputs: CSV with a header host,label')
    .option('--data <dir>', "files of the project's data sets (models/datasets.yaml), found by their hash")
    .option('--datasets <file>', 'another list of data sets, for --data');

export interface LabelledFlags {
  readonly uids?: string;
  readonly hosts?: string;
  readonly data?: string;
  readonly datasets?: string;
}

interface Resources {
  readonly threads: number;
  readonly memoryLimit: string;
}

/**
 * Reads the labelled inputs of a command line.
 * @param args the words after the command's name, in order: `--label` and `--family` are about the inputs after them
 * @throws CliError when there are none or they cannot be read
 */
export async function labelledInputs(
  kind: ModelKind,
  command: Command,
  paths: readonly string[],
  flags: LabelledFlags,
  resources: Resources,
  progress: Listener,
): Promise<LabelledData> {
  for (const file of [flags.uids, flags.hosts]) {
    if (file !== undefined && !existsSync(file)) throw usageError(`${file}: no such file`);
  }
  const inputs: LabelledInput[] = paths.length > 0 ? fromArguments(command, paths, flags) : [];
  if (flags.data !== undefined) {
    inputs.push(
      ...findDatasets(flags.data, kind.name, flags.datasets, (step, done, total) => progress.update(step, done, total)),
    );
  } else if (flags.datasets !== undefined) throw usageError('--datasets goes with --data');
  if (inputs.length === 0) {
    throw usageError('no labelled captures: name some, or give --data with the folder of the data sets');
  }
  const data = await readLabelled(kind, inputs, {
    ...resources,
    progress: (step, done, total) => progress.update(safe(step), done, total),
    warn: (message) => progress.warn(message),
  });
  progress.clear();
  return data;
}

function fromArguments(command: Command, paths: readonly string[], flags: LabelledFlags): LabelledInput[] {
  const marks = marksOf(command, paths);
  const names = groupNames(paths);
  return paths.map((path, i) => {
    const { label, family } = marks[i]!;
    if (label !== undefined && label !== 'malicious' && label !== 'benign') {
      throw usageError(`--label ${label}: malicious or benign`);
    }
    return {
      paths: [path],
      group: names[i]!,
      family: family ?? names[i]!,
      label,
      uids: flags.uids,
      hosts: flags.hosts,
    };
  });
}

interface Marks {
  readonly label: string | undefined;
  readonly family: string | undefined;
}

/** The label and family in force at each input: the command line is read once more in its order. */
export function marksOf(command: Command, paths: readonly string[]): Marks[] {
  const root = rootOf(command);
  const words = root.rawArgs.slice(root.rawArgs.indexOf(command.name()) + 1);
  let label: string | undefined;
  let family: string | undefined;
  const out: Marks[] = [];
  for (let i = 0; i < words.length && out.length < paths.length; i++) {
    const word = words[i]!;
    const [flag, attached] = word.startsWith('--') && word.includes('=') ? splitOnce(word) : [word, undefined];
    const option = word.startsWith('-') ? command.options.find((o) => o.long === flag || o.short === flag) : undefined;
    if (!option) {
      if (word === paths[out.length]) out.push({ label, family });
      continue;
    }
    const value = attached ?? (option.required ? words[++i] : undefined);
    if (option.long === '--label') label = value;
    if (option.long === '--family') family = value;
  }
  while (out.length < paths.length) out.push({ label, family });
  return out;
}

const splitOnce = (word: string): [string, string] => {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
};

function rootOf(command: Command): Command & { readonly rawArgs: readonly string[] } {
  let c = command;
  while (c.parent) c = c.parent;
  return c as Command & { readonly rawArgs: readonly string[] };
}
