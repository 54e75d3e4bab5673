import { partlyDecided } from '../../analysis/detection/requires.js';
import type { AnalysisOptions } from '../../analysis/options.js';
import { BatchAppender } from '../../ingest/case/append-batch.js';
import type { CaseStore } from '../../ingest/case/case-store.js';
import { bigints, floats } from '../../ingest/case/read-vectors.js';
import type { ColumnData } from '../../ingest/pcap/output/columns.js';
import type { ModelFolder } from '../artifact.js';
import { ForestScorer } from '../forest/score.js';
import type { LabelledData, Model, Scope, Scored } from '../kind.js';
import { calibrated } from './calibrate.js';
import { featureNames, makeRows } from './features.js';
import { labelledRows, pick } from './labelled-rows.js';
import type { ReadVariant } from './model-file.js';
import { CHUNK_ROWS, eachChunk } from './rows.js';

/** Rows of a case that are scored before their scores are stored. */
const PART = 262_144;

/** A trained model: one forest for flows with handshakes and, where it has one, another for flows without. */
export class HttpsModel implements Model {
  readonly folder: ModelFolder;
  readonly #variants: readonly ReadVariant[];

  constructor(folder: ModelFolder, variants: readonly ReadVariant[]) {
    this.folder = folder;
    this.#variants = variants;
  }

  /** Flows of a kind that the model has no variant for are left out. */
  async score(data: LabelledData): Promise<Scored> {
    const all = await labelledRows(data);
    const scores = new Float64Array(all.labels.length);
    const decided = new Uint8Array(all.labels.length);
    for (const v of this.#variants) {
      const wanted = Int32Array.from(all.labels, (_, i) => i).filter(
        (i) => (all.tls[i] === 1) === (v.variant === 'tls'),
      );
      const rows = pick(all, wanted, featureNames(v.variant));
      const out = new Float64Array(wanted.length);
      new ForestScorer(v.forest).score(rows.columns, wanted.length, out);
      for (const [k, i] of wanted.entries()) {
        scores[i] = calibrated(out[k]!, v.threshold);
        decided[i] = 1;
      }
    }
    const kept = Int32Array.from(all.labels, (_, i) => i).filter((i) => decided[i] === 1);
    return {
      scores: Float64Array.from(kept, (i) => scores[i]!),
      labels: Uint8Array.from(kept, (i) => all.labels[i]!),
      groups: Int32Array.from(kept, (i) => all.groups[i]!),
      unit: 'TLS flow',
    };
  }

  /** Sources without handshakes need the variant that goes without them. */
  async scope(store: CaseStore): Promise<Scope> {
    if (this.#variants.some((v) => v.variant === 'flow')) return { able: true, reason: undefined };
    const sources = await store.db.all<{ kind: string; tls: boolean }>(
      `SELECT kind, source_id IN (SELECT source_id FROM source_fields WHERE tbl = 'ssl') AS tls FROM sources ORDER BY kind`,
    );
    const without = [...new Set(sources.filter((s) => !s.tls).map((s) => s.kind))];
    if (without.length === 0) return { able: true, reason: undefined };
    const able = sources.some((s) => s.tls);
    const why = 'without TLS handshakes: the model has no part for flows alone';
    return { able, reason: able ? partlyDecided(without, why) : `sources ${why}` };
  }

  /** Makes the temporary table `https_scores(flow_id, score)` of the flows that the model can judge. */
  async scoreCase(store: CaseStore, _options: AnalysisOptions): Promise<void> {
    const { db } = store;
    await makeRows(db);
    await db.run('CREATE OR REPLACE TEMP TABLE https_scores (flow_id BIGINT, score DOUBLE)');
    const rows = await db.number('SELECT count(*) FROM https_rows');
    // A part is read to its end before its scores are appended: both use the case's one connection.
    for (let from = 0; from < rows; from += PART) {
      for (const v of this.#variants) await scorePart(store, v, from);
    }
    await db.run('DROP TABLE https_rows');
  }
}

/** Scores the rows `[from, from + PART)` of `https_rows` that are the variant's. */
async function scorePart(store: CaseStore, v: ReadVariant, from: number): Promise<void> {
  const { db } = store;
  const names = featureNames(v.variant);
  const scorer = new ForestScorer(v.forest);
  const ids = new BigInt64Array(PART);
  const scores = new Float64Array(PART);
  const some = new Float64Array(CHUNK_ROWS);
  let at = 0;
  await eachChunk(
    db,
    `SELECT flow_id, ${names.join(', ')} FROM https_rows
     WHERE rowid >= ${from} AND rowid < ${from + PART} AND ${v.variant === 'tls' ? 'tls' : 'NOT tls'}`,
    (chunk, rows) => {
      scorer.score(
        names.map((_, f) => floats(chunk, f + 1)),
        rows,
        some,
      );
      ids.set(bigints(chunk, 0), at);
      for (let i = 0; i < rows; i++) scores[at + i] = calibrated(some[i]!, v.threshold);
      at += rows;
    },
  );
  const appender = await BatchAppender.open(db, 'https_scores');
  try {
    appender.append({
      table: 'https_scores',
      length: at,
      columns: [column('flow_id', 'int64', ids, at), column('score', 'double', scores, at)],
    });
  } catch (error) {
    appender.close(false);
    throw error;
  }
  appender.close();
}

const column = (
  name: string,
  type: 'int64' | 'double',
  values: BigInt64Array | Float64Array,
  length: number,
): ColumnData => ({
  name,
  type,
  length,
  values,
  nullCount: 0,
  validity: undefined,
  offsets: undefined,
  elementOffsets: undefined,
});
