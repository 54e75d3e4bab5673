import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { usageError } from '../cli/errors.js';
import { asset } from '../cli/package-root.js';
import { type ModelFolder, openModel } from './artifact.js';
import type { ModelKind } from './kind.js';

const here = dirname(fileURLToPath(import.meta.url));

const moduleOf = (name: string): string | undefined =>
  ['kind.js', 'kind.ts'].map((f) => join(here, name, f)).find((f) => existsSync(f));

/** Names of the kinds of model: every folder beside this file that has a `kind` module. */
export const kindNames = (): string[] =>
  readdirSync(here)
    .filter((name) => moduleOf(name) !== undefined)
    .sort();

/** @throws CliError for a name that is no kind */
export async function loadKind(name: string): Promise<ModelKind> {
  const file = kindNames().includes(name) ? moduleOf(name) : undefined;
  if (!file) throw usageError(`no kind of model ${JSON.stringify(name)}: one of ${kindNames().join(', ')}`);
  return ((await import(pathToFileURL(file).href)) as { kind: ModelKind }).kind;
}

export const allKinds = (): Promise<ModelKind[]> => Promise.all(kindNames().map(loadKind));

/** Folder of the model that ships for a kind; it need not be there. */
export const shippedFolder = (name: string): string => asset('models', 'shipped', name);

/** The model that ships for a kind, or undefined where none does. */
export function shippedModel(name: string): ModelFolder | undefined {
  const folder = shippedFolder(name);
  return existsSync(join(folder, 'card.json')) ? openModel(folder, name, true) : undefined;
}

/** Every model of a folder and the folders in it, and those that ship, by kind and folder. */
export function listModels(folders: readonly string[]): ModelFolder[] {
  const out: ModelFolder[] = [];
  for (const name of kindNames()) {
    const model = shippedModel(name);
    if (model) out.push(model);
  }
  for (const folder of folders) {
    if (!existsSync(folder)) throw usageError(`${folder}: no such folder`);
    if (existsSync(join(folder, 'card.json'))) out.push(openModel(folder));
    else {
      for (const name of readdirSync(folder).sort()) {
        if (existsSync(join(folder, name, 'card.json'))) out.push(openModel(join(folder, name)));
      }
    }
  }
  return out;
}
