import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Reader } from './reader.js';

let loaded: Promise<readonly Reader[]> | undefined;

/** All readers: every folder beside this file that has a `reader` module. */
export function readers(): Promise<readonly Reader[]> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<readonly Reader[]> {
  const here = dirname(fileURLToPath(import.meta.url));
  const out: Reader[] = [];
  for (const name of readdirSync(here).sort()) {
    const file = ['reader.js', 'reader.ts'].map((f) => join(here, name, f)).find((f) => existsSync(f));
    if (file) out.push(((await import(pathToFileURL(file).href)) as { reader: Reader }).reader);
  }
  return out;
}
