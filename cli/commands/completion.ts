import { Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.js';
import { commandWords } from '../completion/tree.js';
import { usageError } from '../errors.js';
import { registerCommands } from '../register-commands.js';

export function register(program: Command): void {
  program
    .command('completion')
    .description('A completion script for your shell')
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText(
      'after',
      `
Examples:
  slipstream completion bash > /etc/bash_completion.d/slipstream
  source <(slipstream completion zsh)
  slipstream completion fish > ~/.config/fish/completions/slipstream.fish`,
    )
    .action(async (shell: string) => {
      if (!SHELLS.includes(shell as Shell)) throw usageError(`completion ${shell}: one of ${SHELLS.join(', ')}`);
      const all = new Command('slipstream').option('-V, --version', 'output the version number');
      await registerCommands(all);
      process.stdout.write(completionScript(shell as Shell, commandWords(all)));
    });
}
