import { expect, it } from 'vitest';
import { fixture } from '../../test/support/fixtures.js';
import { testCase } from '../../test/support/test-case.js';
import { ChangedWindows } from './changed-windows.js';

const HOUR = 3600e6;

it('windows count as changed when their rows do, once, and only those that closed', async () => {
  const c = await testCase([fixture('office-zeek-tsv')]);
  try {
    const { db } = c.store;
    const starts = (
      await db.all<{ w: string }>(
        `SELECT DISTINCT epoch_us(ts) // ${HOUR} * ${HOUR} AS w FROM (SELECT ts FROM flows UNION ALL SELECT ts FROM dns
           UNION ALL SELECT ts FROM http UNION ALL SELECT ts FROM ssl UNION ALL SELECT ts FROM dhcp) ORDER BY w`,
      )
    ).map((r) => Number(r.w));
    expect(starts.length).toBeGreaterThan(3);
    const [first, last] = [starts[0]!, starts.at(-1)!];
    const end = last + HOUR;
    const changed = await ChangedWindows.begin(db, HOUR);
    const all = await changed.look(0, end);
    expect(all.most).toBe(true);
    expect(all.windows).toEqual(expect.arrayContaining(starts));
    // One that is open is not among them.
    expect((await changed.look(0, last)).windows).not.toContain(last);
    await changed.analysed();
    expect((await changed.look(0, end)).windows).toEqual([]);
    await changed.over(() => c.store.renew());
    expect((await changed.look(0, end)).windows).toEqual([]);
    // A row that takes the place of another, one that goes, one that comes.
    const inside = (w: number): string =>
      `ts >= make_timestamp(${w}::BIGINT) AND ts < make_timestamp(${w + HOUR}::BIGINT)`;
    await db.run(
      `UPDATE flows SET "row" = 1000000 WHERE rowid = (SELECT min(rowid) FROM flows WHERE ${inside(first)})`,
    );
    expect((await changed.look(first + HOUR, end)).windows).toEqual([]);
    expect(await changed.look(0, end)).toMatchObject({ windows: [first] });
    await changed.analysed([first]);
    await db.run(`DELETE FROM flows WHERE ${inside(starts[1]!)}`);
    await db.run(`INSERT INTO flows SELECT * REPLACE (2000000 AS "row") FROM flows WHERE ${inside(last)} LIMIT 1`);
    expect((await changed.look(0, end)).windows).toEqual([starts[1], last]);
    await changed.analysed([starts[1]!]);
    expect((await changed.look(0, end)).windows).toEqual([last]);
  } finally {
    await c.close();
  }
});
