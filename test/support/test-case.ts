import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaseStore } from '../../ingest/case/case-store.js';
import { type FileResult, type IngestOptions, ingest } from '../../ingest/ingest.js';

/** A case in a temporary folder, for tests. */
export interface TestCase {
  readonly store: CaseStore;
  readonly folder: string;
  readonly results: readonly FileResult[];
  readonly warnings: readonly string[];
  rows<T = Record<string, unknown>>(sql: string): Promise<T[]>;
  close(): void;
}

/** Ingests files (`{name: contents}` or paths) into a new case. */
export async function testCase(
  input: Readonly<Record<string, string | Uint8Array>> | readonly string[],
  options: IngestOptions & { readonly threads?: number } = {},
): Promise<TestCase> {
  const folder = mkdtempSync(join(tmpdir(), 'case-'));
  const paths = isList(input)
    ? [...input]
    : Object.entries(input).map(([name, contents]) => {
        const path = join(folder, name);
        writeFileSync(path, contents);
        return path;
      });
  const warnings: string[] = [];
  const store = await CaseStore.open(join(folder, 'case.duckdb'), {
    mode: 'create',
    threads: options.threads ?? 2,
    memoryLimit: '1GB',
  });
  const close = (): void => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const results = await ingest(store, paths, { ...options, warn: (m) => warnings.push(m) });
    return { store, folder, results, warnings, rows: (sql) => store.db.all(sql), close };
  } catch (error) {
    close();
    throw error;
  }
}

const isList = (input: Readonly<Record<string, string | Uint8Array>> | readonly string[]): input is readonly string[] =>
  Array.isArray(input);
