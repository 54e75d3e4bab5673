import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from 'commander';

/**
 * Every file of `commands/` exports `register`. `NAME.ts` and `NAME-….ts` make the command `NAME`: where the first word is one,
 * the others are not loaded, each brings half the program with it.
 * @param first the first word of the command line; undefined: all commands
 */
export async function registerCommands(program: Command, first?: string): Promise<void> {
  const folder = join(fileURLToPath(new URL('.', import.meta.url)), 'commands');
  const files = readdirSync(folder)
    .filter((f) => /^[a-z-]+\.(js|ts)$/.test(f))
    .sort();
  const named = files.filter((f) => f.startsWith(`${first}.`) || f.startsWith(`${first}-`));
  for (const file of files.some((f) => f.startsWith(`${first}.`)) ? named : files) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as {
      register: (program: Command) => void | Promise<void>;
    };
    await module.register(program);
  }
}
