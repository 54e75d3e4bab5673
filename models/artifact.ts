import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../cli/errors.js';
import { asset } from '../cli/package-root.js';
import { writeWhole } from '../cli/write-file.js';
import { CARD_FORMAT, cardMarkdown, cardSchema, type ModelCard } from './card.js';
import type { ModelKind, Trained } from './kind.js';

/** A model's folder, checked: every file is the one that its card names. */
export interface ModelFolder {
  readonly folder: string;
  readonly card: ModelCard;
  /** SHA-256 of `card.json`, which names the hashes of the other files: stands for the whole model. */
  readonly sha256: string;
  /** `card.json` as it lies in the folder. */
  readonly cardText: string;
  /** The folder ships with slipstream. */
  readonly shipped: boolean;
  /** A file that the card names. */
  read(name: string): Uint8Array;
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Writes a model's folder: the files, `card.md`, and last `card.json`. Same input, same bytes. */
export function writeModel(folder: string, kind: ModelKind, engine: string, seed: number, trained: Trained): ModelCard {
  const names = Object.keys(trained.files).sort();
  const { version } = JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string };
  const card = cardSchema.parse({
    format: CARD_FORMAT,
    kind: kind.name,
    detection: kind.detection,
    engine,
    slipstream: version,
    seed,
    ...trained.card,
    files: Object.fromEntries(names.map((n) => [n, sha256(trained.files[n]!)])),
  });
  for (const name of names) writeWhole(join(folder, name), trained.files[name]!);
  writeWhole(join(folder, 'card.md'), cardMarkdown(card));
  writeWhole(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

/**
 * Opens a model's folder.
 * @throws CliError when it is none, of another kind, or its files are not those of its card
 */
export function openModel(folder: string, kindName?: string, shipped = false): ModelFolder {
  if (!existsSync(folder)) throw inputError(`${folder}: no such model; see 'slipstream models list'`);
  const path = join(folder, 'card.json');
  if (!statSync(folder).isDirectory() || !existsSync(path)) {
    throw inputError(`${folder}: not a model (a folder with card.json, as 'slipstream train' writes it)`);
  }
  const bytes = readFileSync(path);
  const card = parseCard(path, bytes);
  if (kindName !== undefined && card.kind !== kindName) {
    throw inputError(`${folder}: a model of kind ${JSON.stringify(card.kind)}, not ${kindName}`);
  }
  const files = new Map<string, Uint8Array>();
  for (const [name, expected] of Object.entries(card.files)) {
    const file = join(folder, name);
    if (!existsSync(file)) throw inputError(`${folder}: ${name} is missing; train the model again`);
    const data = readFileSync(file);
    if (sha256(data) !== expected) {
      throw inputError(`${folder}: ${name} is not the file that card.json names (its hash differs); train again`);
    }
    files.set(name, data);
  }
  return {
    folder,
    card,
    cardText: bytes.toString('utf8'),
    sha256: sha256(bytes),
    shipped,
    read: (name) => {
      const data = files.get(name);
      if (!data) throw inputError(`${folder}: the card names no ${name}; train the model again`);
      return data;
    },
  };
}

function parseCard(path: string, bytes: Uint8Array): ModelCard {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw inputError(`${path}: not JSON`);
  }
  const result = cardSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw inputError(`${path}: ${issue.path.join('.') || 'card'}: ${issue.message}`);
}
