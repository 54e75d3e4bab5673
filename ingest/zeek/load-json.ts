import { join } from 'node:path';
import { lit } from '../case/sql.js';
import { type LoadContext, NeedsCarefulRead } from '../reader.js';
import { cleanText } from '../scan/clean-text.js';
import { fromJson, jsonType } from './fields.js';
import { badRows, insertLog, type Progress } from './insert-log.js';
import { jsonLineCheck } from './json-line-check.js';
import type { LoadedLog } from './load-tsv.js';
import { type LogType, logType } from './log-type.js';
import { fieldsOf, type RawLog } from './raw-select.js';

/** Loads a log of one JSON object per line. A line that is no such object sends the file through a checked copy. */
export async function loadJson(context: LoadContext): Promise<LoadedLog> {
  const stats = context.file.stats!;
  const samples = parseSamples(stats.samples);
  const names = [...new Set(samples.flatMap((o) => Object.keys(o)))]
    .filter((k) => k !== '_path' && k !== '@stream' && k !== '_system_name')
    .sort();
  const path = samples.map((o) => o._path ?? o['@stream']).find((p): p is string => typeof p === 'string');
  const type = logType(path, context.file.head.name, names);
  const timeIsText = samples.some((o) => typeof o.ts === 'string');
  const done: Progress = { flows: 0, rows: 0 };
  if (stats.clean && !context.resume && !context.careful) {
    const log = rawLog(type, names, timeIsText, context.file.plainPath, stats.maxLine, false);
    const records = await hotInsert(context, log, done);
    return { type, records, names, fields: log.fields };
  }
  const check = jsonLineCheck(
    fieldsOf(type, names).map((f) => ({ name: f.name, type: f.column ? jsonType(f.type, timeIsText) : 'JSON' })),
  );
  const copy = cleanText(
    context.file.plainPath,
    join(context.store.tempDir, `zeek-${context.captureId}`),
    context.reject,
    {
      ...(context.resume ? { startByte: context.resume.byte, firstLine: context.resume.line + 1 } : {}),
      line: (text, n) => {
        const reason = check(text);
        if (reason === undefined) return text;
        if (text.trim() !== '') context.reject({ place: `line ${n}`, reason, sample: text.slice(0, 400) });
        return undefined;
      },
    },
  );
  const log = rawLog(type, names, timeIsText, copy.path, stats.maxLine, true);
  const records = copy.lines === 0 ? 0 : await insertAll(context, log, done, (n) => copy.originalLine(n), copy.lines);
  return { type, records, names, fields: log.fields };
}

/** DuckDB reads the file itself; any doubt about a line sends it through the checked copy. */
async function hotInsert(context: LoadContext, log: RawLog, done: Progress): Promise<number> {
  const stats = context.file.stats!;
  let records: number;
  try {
    records = await insertLog(context, log, done);
  } catch (error) {
    throw isJsonError(error) ? new NeedsCarefulRead() : error;
  }
  if (records !== stats.records || stats.comments > 0) throw new NeedsCarefulRead();
  return records;
}

async function insertAll(
  context: LoadContext,
  log: RawLog,
  done: Progress,
  lineOf: (n: number) => number,
  expected: number,
): Promise<number> {
  const inserted = await insertLog(context, log, done);
  if (inserted === expected) return inserted;
  let rejected = 0;
  for (const bad of await badRows(context.store.db, log)) {
    rejected++;
    context.reject({ place: `line ${lineOf(bad.n)}`, reason: bad.reason, sample: bad.sample });
  }
  if (inserted + rejected < expected) {
    context.reject({ place: 'file', reason: `${expected - inserted - rejected} lines could not be accounted for` });
  }
  return inserted;
}

function rawLog(
  type: LogType,
  names: readonly string[],
  timeIsText: boolean,
  path: string,
  maxLine: number,
  careful: boolean,
): RawLog {
  const fields = fieldsOf(type, names);
  const size = maxLine > 16_000_000 ? `, maximum_object_size = ${maxLine + 1024}` : '';
  if (type.table === 'other') {
    const scan = `(SELECT json AS record FROM read_json(${lit(path)}, format = 'newline_delimited', records = false, columns = {json: 'JSON'}${size}))`;
    return { type, fields, scan, careful, json: true, value: (f) => fromJson(f, timeIsText) };
  }
  const columns = fields.map((f) => `${lit(f.name)}: ${lit(f.column ? jsonType(f.type, timeIsText) : 'JSON')}`);
  const scan = `read_json(${lit(path)}, format = 'newline_delimited', columns = {${columns.join(', ')}}${size})`;
  return { type, fields, scan, careful, json: true, value: (f) => fromJson(f, timeIsText) };
}

function parseSamples(lines: readonly string[]): Record<string, unknown>[] {
  const out: Record<string, unknown>[] = [];
  for (const line of lines) {
    try {
      const value: unknown = JSON.parse(line);
      if (value !== null && typeof value === 'object' && !Array.isArray(value))
        out.push(value as Record<string, unknown>);
    } catch {
      // Bad lines are found and counted by the load.
    }
  }
  return out;
}

/** Errors of DuckDB's JSON reader about the content of the file. */
export function isJsonError(error: unknown): boolean {
  return /JSON|Malformed|Could not convert|Conversion Error|Invalid Input/i.test(
    error instanceof Error ? error.message : '',
  );
}
