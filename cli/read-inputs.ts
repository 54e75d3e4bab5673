import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CaseStore } from '../ingest/case/case-store.js';
import { type FileResult, ingest } from '../ingest/ingest.js';
import { inputKind, label, seconds } from './common.js';
import type { InputSettings } from './input-settings.js';
import type { Listener } from './progress.js';
import { safe } from './terminal.js';

/** What a capture is called that came by standard input. */
export const STDIN_NAME = 'stdin';

export interface InputFlags {
  readonly kind?: string;
  readonly site?: string;
  readonly label?: string;
  readonly bpf?: string;
  readonly tcpInactivity?: string;
  readonly hashFiles?: boolean;
  readonly checksums?: boolean;
}

/** Ingest as the commands do it: `-` is standard input, which is written to a file first, as are named pipes. */
export async function readInputs(
  store: CaseStore,
  inputs: readonly string[],
  flags: InputFlags,
  settings: InputSettings,
  progress: Listener,
): Promise<FileResult[]> {
  const paths: string[] = [];
  for (const [k, input] of inputs.entries()) {
    if (input === '-') paths.push(await spool(process.stdin, join(store.tempDir, STDIN_NAME)));
    else if (isPipe(input)) {
      const path = join(store.tempDir, `pipe-${k}`, basename(input));
      paths.push(await spool(createReadStream(input), path));
    } else paths.push(input);
  }
  const kind = await inputKind(flags.kind);
  const labelled = label(flags.label);
  const bpf = flags.bpf ?? settings.bpf;
  const tcpInactivity = seconds('--tcp-inactivity', flags.tcpInactivity ?? settings.tcpInactivity);
  const results = await ingest(store, paths, {
    site: settings.site,
    ...(kind === undefined ? {} : { kind }),
    ...(labelled === undefined ? {} : { label: labelled }),
    ...(bpf === undefined ? {} : { bpf }),
    ...(tcpInactivity === undefined ? {} : { tcpInactivity }),
    ...((flags.hashFiles ?? settings.hashFiles) ? { hashFiles: true } : {}),
    ...((flags.checksums ?? settings.checksums) ? { checksums: true } : {}),
    progress: (step, done, total) => progress.update(safe(step), done, total),
    warn: (message) => progress.warn(message),
  });
  progress.clear();
  for (const r of results) {
    if (r.status === 'failed') progress.warn(`${r.path}: ${r.message}; not read`);
  }
  return results;
}

/** A named pipe, or what the shell makes of `<(command)`: it can be read only once. */
const isPipe = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;

async function spool(from: Readable, path: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  await pipeline(from, createWriteStream(path));
  return path;
}
