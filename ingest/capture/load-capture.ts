import { createHash } from 'node:crypto';
import type { CaseStore } from '../case/case-store.js';
import type { Database } from '../case/database.js';
import { recordTables } from '../case/schema.js';
import { lit, litOrNull } from '../case/sql.js';
import type { FileResult, IngestOptions } from '../ingest.js';
import type { InputFile } from '../inputs.js';
import { type LoadContext, type LoadResult, NeedsCarefulRead, type Reader, type Reject } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import type { ScannedFile } from '../scan/scan-file.js';
import { type KnownCapture, knownCaptures } from './known-captures.js';
import { printable } from './printable.js';
import { markUnfinished } from './unfinished.js';

export interface CaptureJob {
  readonly input: InputFile;
  readonly head: FileHead;
  readonly reader: Reader;
  readonly what: string;
  readonly scan: ScannedFile;
  /** Source of the files of one folder, filled by `assignSources`. */
  readonly sourceId: string;
  readonly options: IngestOptions;
}

/** Loads one capture in one transaction, or says that the case has it already. */
export async function loadCapture(store: CaseStore, job: CaptureJob): Promise<FileResult> {
  try {
    return await attempt(store, job, false);
  } catch (error) {
    if (error instanceof NeedsCarefulRead) return attempt(store, job, true);
    throw error;
  }
}

/** What the case has of a file: the same capture, or its beginning. */
export async function present(
  db: Database,
  { scan, reader, options }: CaptureJob,
): Promise<{ same: KnownCapture | undefined; grown: KnownCapture | undefined }> {
  const same = await knownCaptures(db, [scan.sha256, ...scan.prefixes.values()]);
  const known = same.filter((k) => k.kind === reader.kind);
  const site = options.site ?? '';
  return {
    same: known.find((k) => k.sha256 === scan.sha256),
    grown: known.find((k) => k.site === site && k.bytes > 0 && scan.prefixes.get(k.bytes) === k.sha256),
  };
}

export const resultBase = ({ input, reader, what, scan }: CaptureJob) => ({
  path: input.shown,
  kind: reader.kind,
  what,
  captureId: scan.sha256.slice(0, 16),
  location: input.path,
});

async function attempt(store: CaseStore, job: CaptureJob, careful: boolean): Promise<FileResult> {
  const { same, grown } = await present(store.db, job);
  if (same) return { ...resultBase(job), status: 'known', records: 0, rejected: 0 };
  return store.db.transaction(async () => {
    const begun = await begin(store, job, careful, grown);
    return begun.finish(await job.reader.load(begun.context));
  });
}

export interface Begun {
  readonly context: LoadContext;
  /** Writes what is known of the capture; `choices` are kept with those of the command line. */
  finish(result: LoadResult, choices?: Readonly<Record<string, unknown>>): Promise<FileResult>;
}

/** Prepares the loading of a capture, inside its transaction; what it replaces (`grown`) is continued or goes. */
export async function begin(
  store: CaseStore,
  job: CaptureJob,
  careful: boolean,
  grown: KnownCapture | undefined,
): Promise<Begun> {
  const { db } = store;
  const { scan, reader, options } = job;
  const site = options.site ?? '';
  const base = resultBase(job);
  const { captureId } = base;
  const resume = grown && reader.continues && grown.whole ? grown : undefined;
  const sourceId = grown ? grown.sourceId : job.sourceId;
  if (resume) await adoptRecords(db, resume, captureId);
  else if (grown) await removeCapture(db, grown.captureId);
  if ((await db.number(`SELECT count(*) FROM sources WHERE source_id = ${lit(sourceId)}`)) === 0) {
    await db.run(
      `INSERT INTO sources VALUES (${lit(sourceId)}, ${lit(site)}, ${lit(reader.kind)}, ${lit(job.input.root)}, NULL)`,
    );
  }
  const rejects = new RejectWriter(db, captureId);
  const warnings: string[] = [];
  if (scan.damage) rejects.add({ place: 'file', reason: scan.damage });
  const rowBases = resume ? await highestRows(db, captureId) : new Map<string, number>();
  const context: LoadContext = {
    store,
    captureId,
    sourceId,
    file: scan,
    flowBase: BigInt(await db.number('SELECT coalesce(max(flow_id), -1) + 1 FROM flows')),
    resume: resume && { byte: resume.bytes, line: resume.lines },
    rowBase: (table) => rowBases.get(table) ?? 0,
    options,
    careful,
    reject: (r) => rejects.add(r),
    warn: (message) => {
      if (!warnings.includes(message)) warnings.push(message);
      options.warn?.(`${job.input.shown}: ${message}`);
    },
    progress: (done) => options.progress?.(`reading ${job.input.shown}`, done, scan.stats?.records ?? 0),
  };
  if (scan.damage) context.warn(scan.damage);
  const finish: Begun['finish'] = async (result, more = {}) => {
    await rejects.flush();
    const tables = new Set(result.tables);
    const [first, last] = await timeSpan(db, captureId, tables, result.span);
    const rejected = await db.number(`SELECT count(*) FROM rejects WHERE capture_id = ${lit(captureId)}`);
    const before = resume ? await recordsBefore(db, resume.captureId) : 0;
    if (resume) await db.run(`DELETE FROM captures WHERE capture_id = ${lit(resume.captureId)}`);
    const details = {
      what: job.what,
      ...(scan.stats
        ? { lines: scan.stats.lines, whole: !scan.stats.lastLineUnterminated && scan.head.compression === 'none' }
        : {}),
      ...(scan.head.compression === 'none' ? {} : { compression: scan.head.compression }),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...choices(options, more),
      ...result.details,
    };
    const records = before + result.records;
    await db.run(
      `INSERT INTO captures VALUES (${lit(captureId)}, ${lit(sourceId)}, ${lit(job.input.shown)}, ${scan.bytes}, ${lit(scan.sha256)},
         ${records}, ${rejected}, ${litOrNull(first)}::TIMESTAMP, ${litOrNull(last)}::TIMESTAMP, 'complete',
         ${lit(JSON.stringify(details))})`,
    );
    await addFields(db, sourceId, result.fields);
    await markUnfinished(db, sourceId);
    return { ...base, status: resume ? 'continued' : 'read', records, rejected };
  };
  return { context, finish };
}

/** What was asked for that changes what is read: kept, so that the case can be made again. */
function choices(options: IngestOptions, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { kind, label, bpf, tcpInactivity, hashFiles, checksums } = options;
  const named = { kind, label, bpf, tcpInactivity, hashFiles, checksums, ...more };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return given.length > 0 ? { options: Object.fromEntries(given) } : {};
}

/** A source per folder (or file): the known one when the case has any of its captures, else one named by its smallest hash. */
export async function assignSources<T extends Omit<CaptureJob, 'sourceId'>>(
  db: Database,
  jobs: readonly T[],
): Promise<(T & { sourceId: string })[]> {
  const known = await knownCaptures(db);
  const groups = new Map<string, T[]>();
  for (const job of jobs) {
    const key =
      job.reader.grouping === 'folder' ? `${job.reader.kind}\0${job.input.folder}` : `file\0${job.scan.sha256}`;
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  const out: (T & { sourceId: string })[] = [];
  for (const group of groups.values()) {
    const { reader, options } = group[0]!;
    const site = options.site ?? '';
    const hashes = group.map((j) => j.scan.sha256).sort();
    const owner = known.find(
      (k) =>
        k.kind === reader.kind &&
        k.site === site &&
        group.some((j) => j.scan.sha256 === k.sha256 || (k.bytes > 0 && j.scan.prefixes.get(k.bytes) === k.sha256)),
    );
    const fresh = createHash('sha256').update(`${reader.kind}\x1f${site}\x1f${hashes[0]}`).digest('hex').slice(0, 12);
    for (const job of group) out.push({ ...job, sourceId: job.input.sourceId ?? owner?.sourceId ?? fresh });
  }
  return out.sort((a, b) => (a.scan.sha256 < b.scan.sha256 ? -1 : a.scan.sha256 > b.scan.sha256 ? 1 : 0));
}

async function adoptRecords(db: Database, old: KnownCapture, captureId: string): Promise<void> {
  for (const table of [...recordTables, 'rejects', 'packet_index']) {
    await db.run(`UPDATE ${table} SET capture_id = ${lit(captureId)} WHERE capture_id = ${lit(old.captureId)}`);
  }
}

async function removeCapture(db: Database, captureId: string): Promise<void> {
  for (const table of [...recordTables, 'rejects', 'packet_index', 'captures']) {
    await db.run(`DELETE FROM ${table} WHERE capture_id = ${lit(captureId)}`);
  }
}

async function recordsBefore(db: Database, captureId: string): Promise<number> {
  return db.number(`SELECT records FROM captures WHERE capture_id = ${lit(captureId)}`);
}

async function highestRows(db: Database, captureId: string): Promise<Map<string, number>> {
  const out = new Map<string, number>();
  for (const table of recordTables) {
    out.set(
      table,
      await db.number(`SELECT coalesce(max("row"), 0) FROM ${table} WHERE capture_id = ${lit(captureId)}`),
    );
  }
  return out;
}

/** `span` (microseconds), else first and last time of a capture's rows, as SQL's text. */
async function timeSpan(
  db: Database,
  captureId: string,
  tables: ReadonlySet<string>,
  span: readonly [number, number] | undefined,
): Promise<(string | null)[]> {
  if (span !== undefined) {
    const row = await db.one<{ a: string; b: string }>(
      `SELECT make_timestamp(${span[0]})::VARCHAR AS a, make_timestamp(${span[1]})::VARCHAR AS b`,
    );
    return [row!.a, row!.b];
  }
  const timed = [...tables].filter((t) => t !== 'labels' && t !== 'packet_index').sort();
  if (timed.length === 0) return [null, null];
  const parts = timed.map((t) => `SELECT min(ts) AS a, max(ts) AS b FROM ${t} WHERE capture_id = ${lit(captureId)}`);
  const row = await db.one<{ a: string | null; b: string | null }>(
    `SELECT min(a)::VARCHAR AS a, max(b)::VARCHAR AS b FROM (${parts.join(' UNION ALL ')})`,
  );
  return [row?.a ?? null, row?.b ?? null];
}

async function addFields(db: Database, sourceId: string, fields: Iterable<string>): Promise<void> {
  const values = [...new Set(fields)].sort().map((f) => {
    const [table, field] = f.split('.');
    return `(${lit(sourceId)}, ${lit(table!)}, ${lit(field!)})`;
  });
  if (values.length === 0) return;
  await db.run(
    `INSERT INTO source_fields SELECT * FROM (VALUES ${values.join(', ')}) v(source_id, tbl, field)
     WHERE NOT EXISTS (SELECT 1 FROM source_fields f WHERE f.source_id = v.source_id AND f.tbl = v.tbl AND f.field = v.field)`,
  );
}

/** Collects rejects and writes them in batches. */
class RejectWriter {
  readonly #db: Database;
  readonly #captureId: string;
  #rows: Reject[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Database, captureId: string) {
    this.#db = db;
    this.#captureId = captureId;
  }

  add(reject: Reject): void {
    this.#rows.push({ ...reject, sample: reject.sample === undefined ? undefined : printable(reject.sample, 200) });
    if (this.#rows.length >= 5000) this.#writing = this.#writing.then(() => this.#write(this.#rows.splice(0)));
  }

  async flush(): Promise<void> {
    await this.#writing;
    await this.#write(this.#rows.splice(0));
  }

  async #write(rows: Reject[]): Promise<void> {
    for (let i = 0; i < rows.length; i += 500) {
      const values = rows
        .slice(i, i + 500)
        .map((r) => `(${lit(this.#captureId)}, ${lit(r.place)}, ${lit(r.reason)}, ${litOrNull(r.sample)})`);
      await this.#db.run(`INSERT INTO rejects VALUES ${values.join(', ')}`);
    }
  }
}
