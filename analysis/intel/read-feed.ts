import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { dropRefused, takeRefused } from '../../ingest/delimited/lines.js';
import { scanCsv } from '../../ingest/delimited/scan-csv.js';
import { shortMessage } from '../../ingest/ingest.js';
import { cleanText } from '../../ingest/scan/clean-text.js';
import { readHead } from '../../ingest/scan/file-head.js';
import { scanFile } from '../../ingest/scan/scan-file.js';
import { runPass } from '../passes.js';
import { type FeedDefinition, SHAPES } from './definition.js';
import { FeedError, mispKind, recordSql, textRows } from './rows.js';

/** What a feed file held. */
export interface FeedRead {
  readonly sha256: string;
  /** Indicators. */
  readonly entries: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Rows that are none, by reason. */
  readonly invalid: Readonly<Record<string, number>>;
}

/** A longer line is no indicator with its description. */
const MAX_LINE = 65536;
/** A JSON document is held whole. */
const MAX_JSON = 64 * 1024 * 1024;
const HEAD_LINES = 2000;

/**
 * Reads one feed file into the temporary table `intel_parsed`.
 * @param tempDir folder for a clean copy of text that DuckDB cannot take
 * @throws FeedError when the file as a whole is no such feed
 */
export async function readFeed(
  db: Database,
  tempDir: string,
  path: string,
  definition: FeedDefinition,
): Promise<FeedRead> {
  const head = readHead(path);
  if (head.compression !== 'none') throw new FeedError('compressed: unpack it first');
  if (head.bytes.length === 0) throw new FeedError('empty');
  if (head.text.startsWith('PK\x03\x04')) throw new FeedError('a zip archive: unpack it first');
  if (!head.isText) throw new FeedError('not a text file');
  if (/^\s*<(!doctype|html|head|body|\?xml)/i.test(head.text))
    throw new FeedError('a web page (HTML or XML), not a feed');
  const scanned = await scanFile(head, { text: true, tempDir });
  const invalid: Record<string, number> = {};
  const count = (reason: string, n = 1): void => {
    invalid[reason] = (invalid[reason] ?? 0) + n;
  };
  await shapes(db, definition);
  await db.run(`SET VARIABLE intel_allow_private = ${definition.allow_private}`);
  await db.run(`SET VARIABLE intel_level = ${lit(definition.threat_level)}`);
  await db.run(
    `SET VARIABLE intel_description = ${definition.description === undefined ? 'NULL::VARCHAR' : lit(definition.description)}`,
  );
  try {
    if (definition.format === 'json' || (definition.format === 'auto' && /^\s*[[{]/.test(head.text))) {
      await jsonRows(db, path, head.text, scanned.bytes, definition);
    } else {
      const { stats } = scanned;
      const clean = stats!.clean && stats!.blank === 0 && stats!.maxLine <= MAX_LINE;
      const text = clean
        ? path
        : cleanText(path, join(tempDir, 'feed-text'), (r) => count(r.reason), {
            line: (line) => {
              if (line.length > MAX_LINE) count(`line longer than ${MAX_LINE} characters`);
              return line.length > MAX_LINE || line.trim() === '' ? undefined : line;
            },
          }).path;
      const { skip, sql } = textRows(definition, firstLines(text));
      const scan = scanCsv({
        path: text,
        delimiter: '\x1f',
        skip,
        columns: ['line'],
        maxLine: MAX_LINE,
        prefix: 'intel_bad',
      });
      await db.run(`CREATE OR REPLACE TEMP VIEW intel_lines AS SELECT line FROM ${scan} WHERE line IS NOT NULL`);
      await db.run(`CREATE OR REPLACE TEMP VIEW intel_rows AS ${sql}`);
    }
    await runPass(db, 'intel/sql/parsed.sql');
    await takeRefused(db, 'intel_bad', (line) => count(line.reason));
  } catch (error) {
    throw error instanceof FeedError ? error : new FeedError(jsonReason(shortMessage(error)));
  } finally {
    await dropRefused(db, 'intel_bad');
  }
  const rows = await db.all<{ kind: string | null; reason: string | null; n: string }>(
    'SELECT CASE WHEN reason IS NULL THEN kind END AS kind, left(reason, 120) AS reason, count(*) AS n FROM intel_parsed GROUP BY ALL ORDER BY ALL',
  );
  const kinds: Record<string, number> = {};
  for (const r of rows) {
    if (r.reason === null) kinds[r.kind!] = Number(r.n);
    else count(r.reason, Number(r.n));
  }
  const entries = Object.values(kinds).reduce((a, b) => a + b, 0);
  return { sha256: scanned.sha256, entries, kinds, invalid: sorted(invalid) };
}

/** The kinds that texts of each shape can be in this feed. */
async function shapes(db: Database, definition: FeedDefinition): Promise<void> {
  const rows = Object.entries(SHAPES).flatMap(([shape, kinds]) =>
    kinds.filter((k) => definition.kinds.includes(k)).map((k) => `(${lit(shape)}, ${lit(k)})`),
  );
  await db.run('CREATE OR REPLACE TEMP TABLE intel_shapes (shape VARCHAR, kind VARCHAR)');
  await db.run(`INSERT INTO intel_shapes VALUES ${rows.join(', ')}`);
}

async function jsonRows(db: Database, path: string, head: string, bytes: number, d: FeedDefinition): Promise<void> {
  const list = /^\s*\[/.test(head);
  const size = Math.min(Math.max(bytes + 1024, 1024 * 1024), MAX_JSON);
  const scan = `read_json_objects(${lit(path)}, format = ${list ? "'array'" : "'unstructured'"}, maximum_object_size = ${size})`;
  await db.run(`CREATE OR REPLACE TEMP VIEW intel_json AS SELECT json FROM ${scan}`);
  if (d.columns) {
    await db.run(`CREATE OR REPLACE TEMP VIEW intel_rows AS ${recordSql(d)}`);
    return;
  }
  await runPass(db, 'intel/sql/stix-misp.sql');
  await db.run(
    `CREATE OR REPLACE TEMP VIEW intel_rows AS
       FROM intel_stix_rows UNION ALL SELECT indicator, ${mispKind('said')} AS said, level, description, reason FROM intel_misp_rows`,
  );
}

function firstLines(path: string): string[] {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(1024 * 1024);
    const got = readSync(fd, buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, got).split('\n', HEAD_LINES);
  } finally {
    closeSync(fd);
  }
}

const jsonReason = (text: string): string =>
  /maximum_object_size/i.test(text)
    ? `a JSON document of more than ${MAX_JSON / 1024 / 1024} MB: use the maker's CSV or text edition`
    : /malformed json|invalid json|unexpected (character|end)/i.test(text)
      ? 'not JSON, or damaged'
      : text;

const sorted = (o: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1)));
