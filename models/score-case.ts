import type { AnalysisOptions } from '../analysis/options.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import { lit } from '../ingest/case/sql.js';
import { openModel } from './artifact.js';
import { allKinds, shippedModel } from './registry.js';

/**
 * Where a detection decides by a model, scores the case with it and notes it in `models_used`.
 * @returns why it cannot be decided, or undefined when it can (or needs no model)
 * @throws CliError when the user's model cannot be read
 */
export async function scoreFor(
  store: CaseStore,
  detection: string,
  options: AnalysisOptions,
): Promise<string | undefined> {
  const kind = (await allKinds()).find((k) => k.detection === detection);
  if (!kind) return undefined;
  const own = options.models[kind.name];
  const folder = own === undefined ? shippedModel(kind.name) : openModel(own, kind.name);
  if (!folder) return `no ${kind.name} model ships: train one and give --model ${kind.name}=DIR`;
  const model = await kind.load(folder);
  await model.scoreCase(store, options);
  await store.db.run(
    `INSERT INTO models_used VALUES (${lit(kind.name)}, ${lit(folder.shipped ? 'shipped' : 'own')}, ${lit(folder.sha256)}, ${folder.card.threshold})`,
  );
  return undefined;
}
