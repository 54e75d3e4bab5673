import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ExportFormat } from './format.js';

/** All formats: every folder beside this file that has an `export` module, in order of their names. */
export async function loadFormats(): Promise<ExportFormat[]> {
  const here = dirname(fileURLToPath(import.meta.url));
  const out: ExportFormat[] = [];
  for (const folder of readdirSync(here).sort()) {
    const file = ['export.js', 'export.ts'].map((f) => join(here, folder, f)).find((f) => existsSync(f));
    if (file) out.push(...((await import(pathToFileURL(file).href)) as { formats: ExportFormat[] }).formats);
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}
