import { createHash } from 'node:crypto';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import type { ModelFolder } from './artifact.js';
import { cardSchema, type ModelCard } from './card.js';

const keyOf = (module: string): string => `model_card.${module}`;

/** Keeps a model's card in the case that it scores: the report states its quality wherever the model's folder is. */
export async function keepCard(db: Database, module: string, folder: ModelFolder): Promise<void> {
  await db.run(`DELETE FROM provenance WHERE key = ${lit(keyOf(module))}`);
  await db.run(`INSERT INTO provenance VALUES (${lit(keyOf(module))}, ${lit(folder.cardText)})`);
}

/**
 * The card of the model of a module (`cc`, `https`) that scored this case.
 * @returns undefined where none did, or the case holds no card with the hash that `models_used` names
 */
export async function modelCard(db: Database, module: string): Promise<ModelCard | undefined> {
  const row = await db.one<{ sha256: string; card: string }>(
    `SELECT max(m.sha256) AS sha256, max(p.value) AS card
     FROM models_used m JOIN provenance p ON p.key = ${lit(keyOf(module))}
     WHERE m.module = ${lit(module)}`,
  );
  if (typeof row?.card !== 'string') return undefined;
  if (createHash('sha256').update(row.card).digest('hex') !== row.sha256) return undefined;
  try {
    return cardSchema.safeParse(JSON.parse(row.card)).data;
  } catch {
    return undefined;
  }
}
