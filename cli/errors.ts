/** Exit codes of the command line: 0 done, 1 failed, 2 wrong usage or configuration, 3 input unreadable or empty. */
export const ExitCode = { done: 0, failed: 1, usage: 2, input: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An error whose message is for the user: what was wrong with what, and what to do. Never printed with a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = ExitCode.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usageError = (message: string): CliError => new CliError(message, ExitCode.usage);
export const inputError = (message: string): CliError => new CliError(message, ExitCode.input);
