import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, resolve } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { CliError, inputError, usageError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import { liveTarget } from '../live/recover.js';
import { Database } from './database.js';
import { type EngineOptions, STORAGE_VERSION, startEngine } from './engine.js';
import { holdsNothing, refuseForeignObjects } from './foreign-objects.js';
import { isWritable } from './is-writable.js';
import { makeFolder } from './make-folder.js';
import { megabytes } from './memory-size.js';
import { recordTables, storedViews, tables } from './schema.js';
import { lit } from './sql.js';

/** Raised when a table changes in a way that older cases cannot follow. */
export const SCHEMA_VERSION = '1';

export interface CaseOptions {
  /** Worker threads of DuckDB; results are the same for any number. */
  readonly threads?: number;
  /** DuckDB's memory limit, such as `2GB`; larger sorts and joins spill to disk. */
  readonly memoryLimit?: string;
  /** `create` makes a missing case; `update` needs one; `read` opens it locked down. */
  readonly mode: 'create' | 'update' | 'read';
  /** In `read` mode: let SQL read other files. */
  readonly allowExternal?: boolean;
  /** In `read` mode: a folder that COPY may write to, and nothing else outside the case. */
  readonly writeTo?: string;
}

/** Share of DuckDB's memory limit while captures stream through it. */
const STREAMING_SHARE = 0.2;

/**
 * DuckDB names a database after its file: one called as a schema of ours (`zeek.duckdb`) makes `zeek.conn` ambiguous, so it is
 * attached by another name.
 */
const ATTACHED = 'attached_case';
const ownSchemas = new Set(
  storedViews.flatMap((v) =>
    [...v.sql.matchAll(/CREATE SCHEMA IF NOT EXISTS (\w+)/gi)].map((m) => m[1]!.toLowerCase()),
  ),
);

/** Cases open in this process: a second instance on one file silently loses rows, so it is refused. */
const open = new Set<string>();

/** One open case: the only owner of its DuckDB instance. */
export class CaseStore {
  readonly path: string;
  readonly db: Database;
  /** Folder for spooled inputs and spill files; removed on close. */
  readonly tempDir: string;
  #instance: DuckDBInstance;
  readonly #key: string;
  readonly #engine: EngineOptions;
  /** This opening made the file. */
  #made = false;
  readonly #more: Database[] = [];
  #closing: Promise<void> | undefined;

  private constructor(path: string, key: string, instance: DuckDBInstance, db: Database, engine: EngineOptions) {
    this.path = path;
    this.#key = key;
    this.#instance = instance;
    this.db = db;
    this.#engine = engine;
    this.tempDir = engine.tempDir;
  }

  /**
   * Opens a case file.
   * @throws CliError when it is in use, missing (`update`, `read`), or not a case
   */
  static async open(path: string, options: CaseOptions): Promise<CaseStore> {
    const update = { ...options, mode: 'update' } as const;
    const key = await liveTarget(canonicalPath(path), options.mode, (work) => CaseStore.open(work, update));
    if (options.mode !== 'create' && !existsSync(path)) {
      throw inputError(`${path}: no such case; make one with 'slipstream ingest INPUT... --db ${path}'`);
    }
    if (existsSync(path) && statSync(path).isDirectory()) throw inputError(`${path}: is a folder, not a case file`);
    // Not removed here: another process may have made it this very moment.
    if (existsSync(path) && statSync(path).size === 0) {
      throw inputError(`${path}: is an empty file; delete it and run again`);
    }
    if (open.has(key)) throw new CliError(`${path}: the case is already open in this process`);
    open.add(key);
    let tempDir = `${key}.tmp-${process.pid}`;
    const limitMb = engineLimit(options.memoryLimit ?? '2GB', options.mode === 'read' ? 64 : 128);
    const threads = options.threads ?? 2;
    let instance: DuckDBInstance | undefined;
    const absent = !existsSync(key);
    try {
      removeStaleTemp(key);
      if (options.mode === 'create') makeFolder(dirname(key));
      if (options.mode === 'read' && !isWritable(dirname(key))) tempDir = mkdtempSync(join(tmpdir(), 'slipstream-'));
      const clash = ownSchemas.has(parse(key).name.toLowerCase());
      const readOnly = options.mode === 'read';
      const engine = { file: clash ? undefined : key, tempDir, threads, limitMb, readOnly };
      instance = await startEngine(engine);
      const db = new Database(await instance.connect());
      const store = new CaseStore(path, key, instance, db, engine);
      await store.#begin();
      await store.#select(db);
      await store.#prepare(options, absent);
      store.#made = absent;
      return store;
    } catch (error) {
      instance?.closeSync();
      open.delete(key);
      rmSync(tempDir, { recursive: true, force: true });
      throw explainOpenError(path, error);
    }
  }

  /**
   * Opens a case, or makes one, for `work` and closes it. Where that fails, a file that was made for it and that nothing came
   * into goes too.
   */
  static async fill<T>(
    path: string,
    options: Omit<CaseOptions, 'mode'>,
    work: (store: CaseStore) => Promise<T>,
  ): Promise<T> {
    const store = await CaseStore.open(path, { ...options, mode: 'create' });
    let empty = false;
    try {
      return await work(store);
    } catch (error) {
      empty = store.#made && (await store.db.number('SELECT count(*) FROM sources').catch(() => 1)) === 0;
      throw error;
    } finally {
      await store.close();
      if (empty) rmSync(store.#key, { force: true });
    }
  }

  /**
   * Streams through `work` with a smaller share of memory: reading captures needs little, and DuckDB would fill the
   * rest with blocks of the growing table, so that memory would follow the size of the input.
   */
  async streaming<T>(work: () => Promise<T>): Promise<T> {
    await this.shareMemory();
    try {
      return await work();
    } finally {
      await this.shareMemory(1);
      await this.setThreads();
    }
  }

  /** Sets the number of DuckDB's threads; default: the one that the case was opened with. */
  async setThreads(threads = this.#engine.threads): Promise<void> {
    await this.db.run(`SET threads = ${threads}`);
  }

  /** Sets the share (0 to 1) of the memory limit that DuckDB may fill, in MB `atMost`; default: the one for streaming. */
  async shareMemory(share = STREAMING_SHARE, atMost = Number.POSITIVE_INFINITY): Promise<void> {
    const size = Math.max(200, Math.floor(this.#engine.limitMb * share));
    await this.db.run(`SET memory_limit = '${Math.min(size, atMost)}MB'`);
  }

  /** A second connection to the same instance: what it commits, the first one sees. It has the macros too. It is closed with the case. */
  async connect(): Promise<Database> {
    const db = new Database(await this.#instance.connect());
    await this.#select(db);
    await loadMacros(db);
    this.#more.push(db);
    return db;
  }

  /** Stops what runs, closes the case and removes its temporary files: all at once when nothing runs. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const all = [...this.#more, this.db];
    const running = all.some((db) => db.busy);
    const closed = all.map((db) => db.close());
    if (running) await Promise.all(closed);
    this.#instance.closeSync();
    open.delete(this.#key);
    rmSync(this.tempDir, { recursive: true, force: true });
  }

  /**
   * Closes DuckDB and opens it again: what its allocator has scattered over hours of queries goes back to the system.
   * Connections stay what they are to those who hold them, but lose what is temporary and their appenders; the first has
   * the whole memory limit again. Nothing may run.
   */
  async renew(): Promise<void> {
    const all = [this.db, ...this.#more];
    if (all.some((db) => db.busy)) throw new Error(`${this.path}: the case is in use`);
    for (const db of all) db.suspend();
    this.#instance.closeSync();
    this.#instance = await startEngine(this.#engine);
    for (const db of all) db.resume(await this.#instance.connect());
    await this.#begin();
    for (const db of all) {
      await this.#select(db);
      await loadMacros(db);
    }
  }

  get #attached(): boolean {
    return this.#engine.file === undefined;
  }

  /** What holds for the whole instance. */
  async #begin(): Promise<void> {
    await this.db.run("SET GLOBAL TimeZone = 'UTC'");
    if (!this.#attached) return;
    const how = this.#engine.readOnly ? 'READ_ONLY' : `STORAGE_VERSION ${lit(STORAGE_VERSION)}`;
    await this.db.run(`ATTACH ${lit(this.#key)} AS ${ATTACHED} (${how})`);
  }

  /** Names without a database mean the case. */
  async #select(db: Database): Promise<void> {
    if (this.#attached) await db.run(`USE ${ATTACHED}`);
  }

  /** `absent`: there was no file before it was opened. */
  async #prepare(options: CaseOptions, absent: boolean): Promise<void> {
    const { db } = this;
    // DuckDB makes a folder for what it spills, but not the one around it.
    mkdirSync(this.tempDir, { recursive: true });
    if (options.mode === 'read') {
      await refuseForeignObjects(db, this.path);
      await loadMacros(db);
      if (options.writeTo) await db.run(`SET allowed_directories = [${lit(`${resolve(options.writeTo)}/`)}]`);
      if (!options.allowExternal) await db.run('SET enable_external_access = false');
      await db.run('SET lock_configuration = true');
      return;
    }
    // A run killed before its first commit leaves a database with nothing in it: as good as no file.
    const nothingYet = options.mode === 'create' && (await holdsNothing(db, absent));
    if (!nothingYet) await refuseForeignObjects(db, this.path);
    await db.transaction(async () => {
      for (const t of tables) await db.run(t.sql);
      for (const v of storedViews) await db.run(v.sql);
      await db.run("DELETE FROM provenance WHERE key IN ('schema_version', 'storage_version')");
      await db.run(
        `INSERT INTO provenance VALUES ('schema_version', ${lit(SCHEMA_VERSION)}), ('storage_version', ${lit(STORAGE_VERSION)})`,
      );
      await dropUnfinished(db);
    });
    await loadMacros(db);
  }
}

/** MB by which what DuckDB does not count exceeds the 350 that a process may have beyond the limit, with 40 M flows. */
const UNCOUNTED = 250;
/** Limits in MB up to which a share alone is left free: little as there is, so little data comes. */
const SMALL = 750;

/** DuckDB's own limit in MB leaves room for what it does not count: allocator slack, buffers of readers, result rows. */
function engineLimit(limit: string, least: number): number {
  const size = megabytes(limit);
  if (size === undefined) throw usageError(`memory limit ${limit}: expected a size such as 512MB or 2GB`);
  const share = (mb: number): number => Math.floor(mb * 0.85);
  if (size <= SMALL) return Math.max(least, share(size));
  return Math.max(share(SMALL), Math.min(share(size), Math.floor(size - UNCOUNTED)));
}

/** Rows of captures that never became complete (an interrupted ingest) go. */
async function dropUnfinished(db: Database): Promise<void> {
  const left = await db.all<{ capture_id: string }>("SELECT capture_id FROM captures WHERE status = 'loading'");
  if (left.length === 0) return;
  const ids = left.map((c) => lit(c.capture_id)).join(', ');
  for (const table of [...recordTables, 'rejects', 'captures']) {
    await db.run(`DELETE FROM ${table} WHERE capture_id IN (${ids})`);
  }
}

/** Temporary macros, so that a case file cannot bring its own under our names. */
async function loadMacros(db: Database): Promise<void> {
  for (const folder of ['ingest/macros', 'analysis/macros']) {
    for (const file of readdirSync(asset(folder)).sort()) {
      if (file.endsWith('.sql')) await db.run(readFileSync(asset(folder, file), 'utf8'));
    }
  }
}

/** Temporary folders of processes that are gone. */
function removeStaleTemp(key: string): void {
  const prefix = `${basename(key)}.tmp-`;
  if (!existsSync(dirname(key))) return;
  for (const name of readdirSync(dirname(key))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (Number.isInteger(pid) && pid > 0 && !isAlive(pid)) {
      rmSync(join(dirname(key), name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function canonicalPath(path: string): string {
  const full = resolve(path);
  if (existsSync(full)) return realpathSync(full);
  return existsSync(dirname(full)) ? join(realpathSync(dirname(full)), basename(full)) : full;
}

function explainOpenError(path: string, error: unknown): Error {
  if (error instanceof CliError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/Conflicting lock|Could not set lock|already open/i.test(text)) {
    return new CliError(`${path}: the case is in use by another process; wait for it or stop it`);
  }
  if (/no space left/i.test(text)) return new CliError(`${path}: disk full; free space and run again`);
  if (/permission denied/i.test(text)) return new CliError(`${path}: permission denied; check who owns the file`);
  if (/not a valid DuckDB database|Could not read enough bytes|checksum|corrupt|Serialization Error/i.test(text)) {
    return inputError(`${path}: not a case file, or a damaged one (DuckDB cannot read it)`);
  }
  if (/newer version|version number/i.test(text)) {
    return inputError(`${path}: written by a newer DuckDB than this version of slipstream has`);
  }
  return new CliError(`${path}: cannot open the case: ${text.split('\n')[0]}`);
}
