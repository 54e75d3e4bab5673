import { existsSync, readdirSync } from 'node:fs';
import type { DissectorFactory } from './dissector.js';

/** The dissectors of this folder: every subfolder whose `index` exports `dissector`. */
export async function loadDissectors(): Promise<DissectorFactory[]> {
  const factories: DissectorFactory[] = [];
  const here = new URL('./', import.meta.url);
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const name of folders.map((entry) => entry.name).sort()) {
    const file = ['index.js', 'index.ts']
      .map((index) => new URL(`${name}/${index}`, here))
      .find((url) => existsSync(url));
    if (file === undefined) continue;
    const module = (await import(file.href)) as { dissector?: DissectorFactory };
    if (module.dissector !== undefined) factories.push(module.dissector);
  }
  return factories;
}
