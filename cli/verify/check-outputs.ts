import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tableDigests } from '../../analysis/digest.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { CliError } from '../errors.js';
import { sha256File } from '../hash-file.js';
import { compareMaps, type Difference } from './difference.js';
import type { Manifest } from './read-manifest.js';

export interface Resources {
  readonly threads: number;
  readonly memoryLimit: string;
}

/** Bytes of the output files beside the manifest. */
export function checkOutputs(manifest: Manifest, folder: string): Difference[] {
  const found: Record<string, string> = {};
  for (const name of Object.keys(manifest.outputs)) {
    const path = join(folder, name);
    if (existsSync(path)) found[name] = sha256File(path);
  }
  return compareMaps('output', manifest.outputs, found);
}

/** Rows of every table of the case, by their digests. */
export async function checkCase(manifest: Manifest, folder: string, resources: Resources): Promise<Difference[]> {
  const path = join(folder, 'case.duckdb');
  if (!existsSync(path)) return [{ kind: 'case', name: 'case.duckdb', problem: 'missing' }];
  let store: CaseStore | undefined;
  try {
    store = await CaseStore.open(path, { mode: 'read', ...resources });
    return compareMaps('case', manifest.tables, await tableDigests(store.db), (table) => `table ${table}`);
  } catch (error) {
    if (error instanceof CliError && /in use/.test(error.message)) throw error;
    const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
    return [{ kind: 'case', name: 'case.duckdb', problem: 'unreadable', detail }];
  } finally {
    store?.close();
  }
}
