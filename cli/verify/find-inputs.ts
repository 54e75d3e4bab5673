import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { inputError } from '../errors.js';
import { sha256File } from '../hash-file.js';
import type { Difference } from './difference.js';
import type { Manifest } from './read-manifest.js';

export type RecordedInput = Manifest['inputs'][number];

/** Captures that are as recorded, by capture id, and what is wrong with the others. */
export interface FoundInputs {
  readonly paths: ReadonlyMap<string, string>;
  readonly differences: readonly Difference[];
}

/**
 * Finds and hashes every capture: by its name below `--captures` (else where it was, in the current folder, beside the
 * output folder), then any file of its size below `--captures`.
 */
export function findInputs(
  manifest: Manifest,
  folder: string,
  captures: string | undefined,
  progress: (name: string, done: number, total: number) => void,
): FoundInputs {
  if (captures !== undefined && !(existsSync(captures) && statSync(captures).isDirectory())) {
    throw inputError(`--captures ${captures}: no such folder`);
  }
  const folders = captures === undefined ? [process.cwd(), dirname(resolve(folder))] : [captures];
  const bySize = captures === undefined ? new Map<number, string[]>() : filesBySize(captures);
  const paths = new Map<string, string>();
  const differences: Difference[] = [];
  const hashed = new Map<string, string>();
  const hashOf = (path: string): string => {
    let hash = hashed.get(path);
    if (hash === undefined) {
      hash = sha256File(path);
      hashed.set(path, hash);
    }
    return hash;
  };
  for (const [i, input] of manifest.inputs.entries()) {
    progress(`hashing ${input.path}`, i, manifest.inputs.length);
    const was = captures === undefined ? manifest.environment.captures[input.capture_id] : undefined;
    const named = [
      ...(was === undefined ? [] : [was]),
      ...folders.flatMap((f) => [join(f, input.path), join(f, basename(input.path))]),
    ].filter(isFile);
    const candidates = [...new Set([...named, ...(bySize.get(input.bytes) ?? [])])];
    try {
      const same = candidates.find((p) => statSync(p).size === input.bytes && hashOf(p) === input.sha256);
      if (same !== undefined) paths.set(input.capture_id, same);
      else differences.push(unlike(input, named[0], hashOf));
    } catch (error) {
      const detail = `${(error as NodeJS.ErrnoException).code ?? error}`;
      differences.push({ kind: 'input', name: input.path, problem: 'unreadable', detail, recorded: input.sha256 });
    }
  }
  return { paths, differences };
}

function unlike(input: RecordedInput, path: string | undefined, hashOf: (path: string) => string): Difference {
  const base = { kind: 'input', name: input.path, recorded: input.sha256 } as const;
  if (path === undefined) {
    return { ...base, problem: 'missing', detail: 'not found; say where it is with --captures DIR' };
  }
  return { ...base, problem: 'changed', detail: `at ${path}`, found: hashOf(path) };
}

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

function filesBySize(folder: string): Map<number, string[]> {
  const out = new Map<number, string[]>();
  const paths = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    const { size } = statSync(path);
    out.set(size, [...(out.get(size) ?? []), path]);
  }
  return out;
}
