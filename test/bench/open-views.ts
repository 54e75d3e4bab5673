import { defaultOptions } from '../../analysis/options.js';
import { createViews } from '../../analysis/views.js';
import { ignoreFlows } from '../../analysis/whitelist/ignore-flows.js';
import { setVariables } from '../../analysis/windows/set-variables.js';
import { CaseStore } from '../../ingest/case/case-store.js';

/** Opens a case with the views that passes read, as `detect` would with default options. */
export async function openViews(db: string, memory: string): Promise<CaseStore> {
  const store = await CaseStore.open(db, { mode: 'update', threads: 2, memoryLimit: memory });
  await setVariables(store.db, defaultOptions);
  await ignoreFlows(store.db, []);
  await createViews(store.db);
  return store;
}
