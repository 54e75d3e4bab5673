import type { Database } from '../case/database.js';
import { recordTables } from '../case/schema.js';

const NONE = 'CREATE OR REPLACE TEMP TABLE known_windows ("window" BIGINT, n HUGEINT, content UBIGINT)';

/**
 * Which windows of a case hold other rows than when they were last analysed. Told by what they hold, not by who wrote it:
 * logs are continued, read anew, rotated, and a later record takes the place of an earlier one.
 * Times are microseconds since the epoch, windows are named by their start.
 */
export class ChangedWindows {
  readonly #db: Database;
  readonly #width: number;

  private constructor(db: Database, width: number) {
    this.#db = db;
    this.#width = width;
  }

  /** All windows count as changed. `width`: of a window, aligned to the epoch. */
  static async begin(db: Database, width: number): Promise<ChangedWindows> {
    await db.run(NONE);
    return new ChangedWindows(db, width);
  }

  /** Keeps what is known over a renewal of the case, which forgets what is temporary. */
  async over(renewal: () => Promise<void>): Promise<void> {
    const rows = await this.#db.all<Record<string, string>>('SELECT COLUMNS(*)::VARCHAR FROM known_windows');
    await renewal();
    await this.#db.run(NONE);
    const values = rows.map((r) => `(${r.window}, ${r.n}, ${r.content})`);
    if (values.length > 0) await this.#db.run(`INSERT INTO known_windows VALUES ${values.join(', ')}`);
  }

  /**
   * Looks at all windows.
   * @param from windows before are left alone for good
   * @param closed windows from here on are still open
   * @returns changed windows in order, and whether they hold more than half of all flows: then a whole run costs no more
   */
  async look(from: number, closed: number): Promise<{ windows: number[]; most: boolean }> {
    const parts = recordTables
      .filter((table) => table !== 'labels')
      .map(
        (table) =>
          `SELECT epoch_us(ts) // ${this.#width} * ${this.#width} AS "window", count(*) AS n, bit_xor(hash("row", '${table}')) AS content,
             ${table === 'flows' ? 'count(*)' : '0'} AS flows FROM ${table} WHERE ts >= make_timestamp(${from}::BIGINT) GROUP BY 1`,
      );
    await this.#db.run(
      `CREATE OR REPLACE TEMP TABLE present_windows AS
         SELECT "window", sum(n) AS n, bit_xor(content) AS content, sum(flows)::BIGINT AS flows
         FROM (${parts.join(' UNION ALL ')}) GROUP BY 1`,
    );
    const rows = await this.#db.all<{ window: string; flows: string }>(
      `SELECT coalesce(p."window", k."window") AS "window", coalesce(p.flows, 0) AS flows
       FROM present_windows p FULL JOIN known_windows k ON k."window" = p."window"
       WHERE (p.n, p.content) IS DISTINCT FROM (k.n, k.content)
         AND coalesce(p."window", k."window") BETWEEN ${from} AND ${closed} - 1 ORDER BY 1`,
    );
    const all = await this.#db.number('SELECT coalesce(sum(flows), 0)::BIGINT FROM present_windows');
    const flows = rows.reduce((n, r) => n + Number(r.flows), 0);
    return { windows: rows.map((r) => Number(r.window)), most: flows * 2 > all };
  }

  /** These windows are analysed as they were looked at last; all by default. */
  async analysed(windows?: readonly number[]): Promise<void> {
    const which = windows === undefined ? 'true' : `"window" IN (${windows.join(', ') || 'NULL'})`;
    await this.#db.run(`DELETE FROM known_windows WHERE ${which}`);
    await this.#db.run(`INSERT INTO known_windows SELECT "window", n, content FROM present_windows WHERE ${which}`);
  }
}
