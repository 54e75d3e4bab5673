import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CliError, inputError, usageError } from '../../cli/errors.js';
import { Database } from './database.js';
import { refuseForeignObjects } from './foreign-objects.js';
import { megabytes } from './memory-size.js';
import { lit } from './sql.js';

export interface PairOptions {
  readonly threads: number;
  readonly memoryLimit: string;
}

/** Two cases side by side, read only: their tables are `a.main.flows` and `b.main.flows`. */
export class CasePair {
  readonly db: Database;
  readonly #instance: DuckDBInstance;
  readonly #tempDir: string;

  private constructor(db: Database, instance: DuckDBInstance, tempDir: string) {
    this.db = db;
    this.#instance = instance;
    this.#tempDir = tempDir;
  }

  /**
   * Opens two case files, locked down as `CaseStore` does it in `read` mode.
   * @throws CliError when one is missing, in use or no case, or both are the same file
   */
  static async open(a: string, b: string, options: PairOptions): Promise<CasePair> {
    for (const path of [a, b]) {
      if (!existsSync(path)) throw inputError(`${path}: no such case`);
      if (!statSync(path).isFile()) throw inputError(`${path}: not a case file`);
    }
    if (realpathSync(a) === realpathSync(b)) throw usageError(`${a} and ${b} are the same case`);
    const tempDir = mkdtempSync(join(tmpdir(), 'slipstream-pair-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      memory_limit: `${Math.floor((megabytes(options.memoryLimit) ?? 2000) * 0.85)}MB`,
      temp_directory: tempDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const db = new Database(await instance.connect());
    const pair = new CasePair(db, instance, tempDir);
    try {
      await db.run("SET TimeZone = 'UTC'");
      for (const [name, path] of [
        ['a', a],
        ['b', b],
      ] as const) {
        await db.run(`ATTACH ${lit(path)} AS ${name} (READ_ONLY)`).catch((error: unknown) => {
          throw explained(path, error);
        });
        await db.run(`USE ${name}`);
        await refuseForeignObjects(db, path);
      }
      await db.run('USE memory');
      await db.run('SET enable_external_access = false; SET lock_configuration = true;');
      return pair;
    } catch (error) {
      pair.close();
      throw error;
    }
  }

  /** At once when nothing runs. */
  async close(): Promise<void> {
    const closed = this.db.close();
    if (this.db.busy) await closed;
    this.#instance.closeSync();
    rmSync(this.#tempDir, { recursive: true, force: true });
  }
}

function explained(path: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (/lock/i.test(text)) return new CliError(`${path}: the case is in use by another process; wait for it or stop it`);
  return inputError(`${path}: not a case file, or a damaged one (DuckDB cannot read it)`);
}
