import { readFileSync } from 'node:fs';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { asset } from '../../cli/package-root.js';
import { BatchAppender } from '../../ingest/case/append-batch.js';
import type { Database } from '../../ingest/case/database.js';
import { doubles, integers, TextColumn } from '../../ingest/case/read-vectors.js';
import { DoubleColumn, Int64Column } from '../../ingest/pcap/output/columns.js';
import type { OpinionScorer } from './opinions.js';
import { Tail } from './tail.js';

/** Fewest letters of a channel that is scored: about ten flows. Of shorter ones held out none was found. */
export const SERVED_FROM = 19;
/** Lower scores are not worked out where the model's threshold is higher: they are NULL. */
export const SCORED_FROM = 0.8;
/** Windows held at once. */
const BLOCK = 20_000;

/** Fills `letters.cc_score`: at the end of each window, the score of the channel's last letters so far, from `SCORED_FROM` on. */
export async function scoreLetters(
  db: Database,
  scorer: OpinionScorer,
  threshold: number,
  block = BLOCK,
): Promise<void> {
  await db.run(`SET VARIABLE cc_shortest = ${SERVED_FROM}`);
  await db.run(readFileSync(asset('models', 'cc', 'candidates.sql'), 'utf8'));
  await db.run('CREATE OR REPLACE TEMP TABLE cc_scores (letters_row BIGINT, score DOUBLE)');
  const total = await db.number('SELECT count(*) FROM cc_rows');
  const out = await BatchAppender.open(db, 'cc_scores');
  const tail = new Tail();
  let tuple = -1;
  for (let from = 1; from <= total; from += block) {
    const numbers: number[] = [];
    const channels: Uint8Array[] = [];
    const read = (chunk: DuckDBDataChunk): void => {
      const tuples = integers(chunk, 0);
      const places = doubles(chunk, 1);
      const fresh = integers(chunk, 2);
      const letters = new TextColumn(chunk, 3);
      for (let i = 0; i < tuples.length; i++) {
        if (tuples[i] !== tuple || fresh[i] === 1) tail.restart();
        tuple = tuples[i]!;
        tail.add(letters.row(i));
        const codes = tail.codes(SERVED_FROM);
        if (codes === undefined) continue;
        numbers.push(places[i]!);
        channels.push(codes);
      }
    };
    await db.chunks(
      `SELECT tuple, letters_row::DOUBLE, fresh::INTEGER, letters FROM cc_rows WHERE n BETWEEN ${from} AND ${from + block - 1} ORDER BY n`,
      read,
    );
    append(out, numbers, scorer.scoreFrom(channels, Math.min(SCORED_FROM, threshold)));
  }
  out.close();
  await db.run('UPDATE letters SET cc_score = s.score FROM cc_scores s WHERE s.letters_row = letters.rowid');
  for (const table of ['cc_scores', 'cc_rows', 'cc_tuples']) await db.run(`DROP TABLE ${table}`);
}

function append(out: BatchAppender, numbers: readonly number[], scores: Float64Array): void {
  if (numbers.length === 0) return;
  const rows = new Int64Column('letters_row', 'int64');
  const values = new DoubleColumn('score', 'double');
  for (const [i, n] of numbers.entries()) {
    if (Number.isNaN(scores[i]!)) continue;
    rows.push(n);
    values.push(scores[i]!);
  }
  if (rows.length === 0) return;
  out.append({ table: 'cc_scores', length: rows.length, columns: [rows.take(), values.take()] });
}
