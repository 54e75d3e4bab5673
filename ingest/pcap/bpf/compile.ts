import { spawnSync } from 'node:child_process';
import { LINK_TYPES } from '../decode/link.js';
import { BpfProgram } from './interpreter.js';

/** The filter expression is wrong or cannot be compiled; `message` is meant for the user. */
export class FilterError extends Error {
  constructor(
    message: string,
    /** The program that compiles filters is not installed. */
    readonly missing = false,
  ) {
    super(message);
    this.name = 'FilterError';
  }
}

/** Compile a filter expression for a link type with tcpdump. */
export function compileFilter(expression: string, linkType: number): BpfProgram {
  const name = LINK_TYPES.get(linkType);
  if (!name) throw new FilterError(`link type ${linkType} cannot be filtered`);
  const run = spawnSync('tcpdump', ['-ddd', '-y', name, '--', expression], { encoding: 'utf8', timeout: 30_000 });
  if (run.error) {
    const missing = (run.error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FilterError(
      missing ? 'a filter needs tcpdump (package tcpdump)' : `tcpdump: ${run.error.message}`,
      missing,
    );
  }
  if (run.status !== 0) {
    const lines = run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Warning'));
    const reason = lines.at(-1)?.replace(/^tcpdump: /, '') ?? 'cannot be compiled';
    throw new FilterError(`${reason} (link type ${name})`);
  }
  return BpfProgram.parse(run.stdout);
}

/** Link types that have most of what a filter can ask for. */
const USUAL = [1, 127, 101];

/**
 * Compile a filter before any file is read.
 * @throws FilterError when it is wrong for every usual link type
 */
export function checkFilter(expression: string): void {
  const errors: FilterError[] = [];
  for (const linkType of USUAL) {
    try {
      compileFilter(expression, linkType);
      return;
    } catch (error) {
      if (!(error instanceof FilterError) || error.missing) throw error;
      errors.push(error);
    }
  }
  throw new FilterError(errors[0]!.message.replace(/ \(link type \w+\)$/, ''));
}

/** Filter for captures whose interfaces may have different link types; each is compiled when it first occurs. */
export class PacketFilter {
  private readonly programs = new Map<number, BpfProgram>();

  constructor(private readonly expression: string) {}

  matches(linkType: number, buf: Uint8Array, start: number, length: number, wireLength: number): boolean {
    let program = this.programs.get(linkType);
    if (!program) {
      program = compileFilter(this.expression, linkType);
      this.programs.set(linkType, program);
    }
    return program.matches(buf, start, length, wireLength);
  }
}
