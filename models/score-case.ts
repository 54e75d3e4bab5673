import type { AnalysisOptions } from '../analysis/options.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import { lit } from '../ingest/case/sql.js';
import { openModel } from './artifact.js';
import { keepCard } from './case-card.js';
import type { Scope } from './kind.js';
import { allKinds, shippedModel } from './registry.js';

/** @throws CliError when a model that the user named is none, or damaged */
export function checkModels(options: AnalysisOptions): void {
  for (const [kind, folder] of Object.entries(options.models)) openModel(folder, kind);
}

/**
 * Where a detection decides by a model, scores the case with it and notes it in `models_used`.
 * @throws CliError when the user's model cannot be read
 */
export async function scoreFor(store: CaseStore, detection: string, options: AnalysisOptions): Promise<Scope> {
  const kind = (await allKinds()).find((k) => k.detection === detection);
  if (!kind) return { able: true, reason: undefined };
  const own = options.models[kind.name];
  const folder = own === undefined ? shippedModel(kind.name) : openModel(own, kind.name);
  if (!folder) {
    return { able: false, reason: `no ${kind.name} model ships: train one and give --model ${kind.name}=DIR` };
  }
  const model = await kind.load(folder);
  const scope = (await model.scope?.(store)) ?? { able: true, reason: undefined };
  if (!scope.able) return scope;
  await model.scoreCase(store, options);
  await store.db.run(
    `INSERT INTO models_used VALUES (${lit(kind.name)}, ${lit(folder.shipped ? 'shipped' : 'own')}, ${lit(folder.sha256)}, ${folder.card.threshold})`,
  );
  await keepCard(store.db, kind.name, folder);
  return scope;
}
