import { spawnSync } from 'node:child_process';
import { LINK_TYPES } from '../decode/link.js';
import { BpfProgram } from './interpreter.js';

/** The filter expression is wrong or cannot be compiled; `message` is meant for the user. */
export class FilterError extends Error {
  constructor(message: string) {
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
    throw new FilterError(missing ? 'a filter needs tcpdump (package tcpdump)' : `tcpdump: ${run.error.message}`);
  }
  if (run.status !== 0) {
    const lines = run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Warning'));
    throw new FilterError(`filter: ${lines.at(-1)?.replace(/^tcpdump: /, '') ?? 'cannot be compiled'}`);
  }
  return BpfProgram.parse(run.stdout);
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
