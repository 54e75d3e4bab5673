import type { Command } from 'commander';

/** A command as completion sees it: words of the way to it, joined by blanks; the program itself is the empty text. */
export interface CommandWords {
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly takesValue: boolean;
    readonly description: string;
  }[];
}

/** All commands of a program, in order of their paths. */
export function commandWords(program: Command): CommandWords[] {
  const out: CommandWords[] = [];
  const visit = (command: Command, path: string): void => {
    out.push({
      path,
      description: command.description(),
      subcommands: command.commands.map((c) => ({ name: c.name(), description: c.description() })),
      options: command.options.map((o) => ({
        flags: [o.long, o.short].filter((f): f is string => f !== undefined && f !== null),
        takesValue: o.required || o.optional,
        description: o.description,
      })),
    });
    for (const c of command.commands) visit(c, path === '' ? c.name() : `${path} ${c.name()}`);
  };
  visit(program, '');
  return out.sort((a, b) => (a.path < b.path ? -1 : 1));
}
