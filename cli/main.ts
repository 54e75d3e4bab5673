#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CliError, ExitCode } from './errors.js';
import { asset } from './package-root.js';
import { registerCommands } from './register-commands.js';
import { safe } from './terminal.js';

process.env.NODE_ENV ??= 'production';

async function main(argv: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string };
  const program = new Command('slipstream')
    .description('Batch analysis of network captures: one case file, explained findings, a reproducible report.')
    .version(version)
    .showHelpAfterError("(see 'slipstream --help')")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'slipstream: ')) })
    .addHelpText(
      'after',
      `
Examples:
  slipstream analyze capture/ -o out          ingest, detect and report in one go
  slipstream info conn.log.gz                 what is this file?
  slipstream query --db out/case.duckdb "SELECT * FROM alerts"

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 input unreadable or without records.`,
    );
  await registerCommands(program, argv[0]);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError(`(see 'slipstream ${command.name()} --help')`);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : ExitCode.done;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code)
      ? ExitCode.done
      : ExitCode.usage;
  }
  if (error instanceof CliError) {
    process.stderr.write(`slipstream: ${safe(error.message)}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`slipstream: ${safe(message.split('\n')[0])}\n`);
  if (process.env.SLIPSTREAM_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  return ExitCode.failed;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has gone, as with `| head`.
  if (error.code === 'EPIPE') process.exit(0);
  // The terminal has gone.
  if (error.code === 'EIO') return void process.kill(process.pid, 'SIGHUP');
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
