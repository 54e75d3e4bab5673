import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaseStore } from '../ingest/case/case-store.js';

/** A case of its own for commands that need the database but have no case; it is gone afterwards. */
export async function withScratchCase<T>(work: (store: CaseStore) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-scratch-'));
  try {
    const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
    try {
      return await work(store);
    } finally {
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
