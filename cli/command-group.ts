import type { Command } from 'commander';

/** The command of that name, made when no other file has made it yet: several files add subcommands to one command. */
export function commandGroup(program: Command, name: string, description: string): Command {
  return program.commands.find((c) => c.name() === name) ?? program.command(name).description(description);
}
