import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { recordTables } from '../../ingest/case/schema.js';
import { type FileResult, ingest } from '../../ingest/ingest.js';

const data = join(packageRoot, '..', 'shared', 'data');
const present = existsSync(data);
if (!present) console.log('skipped: ../shared/data is not there');

const dir = mkdtempSync(join(tmpdir(), 'eve-acceptance-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let cases = 0;

interface Loaded {
  readonly results: readonly FileResult[];
  /** Rows of a query. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

async function load(inputs: readonly string[], threads = 2): Promise<Loaded> {
  const store = await CaseStore.open(join(dir, `${cases++}.duckdb`), { mode: 'create', threads });
  const results = await ingest(store, inputs);
  return { results, rows: (sql) => store.db.all(sql), close: () => store.close() };
}

/** Events by type, counted without the reader. */
function countEvents(path: string): Record<string, number> {
  const out: Record<string, number> = {};
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const type = String((JSON.parse(line) as { event_type: string }).event_type);
    out[type] = (out[type] ?? 0) + 1;
  }
  return out;
}

const files = present
  ? readdirSync(join(data, 'suricata')).flatMap((folder) =>
      readdirSync(join(data, 'suricata', folder)).map((name) => join(data, 'suricata', folder, name)),
    )
  : [];

describe.skipIf(!present)('Suricata captures', () => {
  it.each(files)('%s: every event is a row', async (path) => {
    const loaded = await load([path]);
    const want = countEvents(path);
    const total = Object.values(want).reduce((a, b) => a + b, 0);
    expect(loaded.results[0]).toMatchObject({ status: 'read', records: total, rejected: 0 });
    const count = async (sql: string): Promise<number> =>
      Number((await loaded.rows(`SELECT count(*) AS n FROM ${sql}`))[0]!.n);
    const tables: [type: string, sql: string][] = [
      ['flow', "flows WHERE ended <> 'event'"],
      ...(['http', 'ssh', 'smtp', 'ftp'].map((t) => [t, t]) as [string, string][]),
      ['tls', 'ssl'],
      ['fileinfo', 'files'],
      ['alert', 'suricata_alert'],
      ['anomaly', 'weird'],
    ];
    for (const [type, sql] of tables) expect([type, await count(sql)]).toEqual([type, want[type] ?? 0]);
    // Every flow_id has a flow.
    for (const table of ['http', 'dns', 'files', 'suricata_alert', 'ssl', 'weird']) {
      expect(await count(`${table} WHERE uid IS NOT NULL AND uid NOT IN (SELECT uid FROM flows)`)).toBe(0);
    }
    expect(await count('flows f SEMI JOIN (SELECT uid FROM flows GROUP BY uid HAVING count(*) > 1) USING (uid)')).toBe(
      0,
    );
    for (const table of ['flows', 'dns', 'http', 'suricata_alert']) {
      const [span] = await loaded.rows(
        `SELECT count(*) AS n, count(DISTINCT "row") AS d, coalesce(max("row"), 0) AS top FROM ${table}`,
      );
      expect([span!.d, span!.top]).toEqual([span!.n, span!.n]);
    }
    loaded.close();
  });

  it('joins queries and answers', async () => {
    const loaded = await load([join(data, 'suricata/slips/test6-malicious.suricata.json')]);
    const [row] = await loaded.rows(
      'SELECT count(*)::INT AS n, count(rtt)::INT AS paired, count(answers)::INT AS answered, min(rtt) >= 0 AS forward FROM dns',
    );
    expect(row).toEqual({ n: 340, paired: 340, answered: 340, forward: true });
    loaded.close();
  });

  it('gives the same tables with one and two threads', async () => {
    const path = join(data, 'suricata/slips/test6-malicious.suricata.json');
    expect(await digest([path], 1)).toEqual(await digest([path], 2));
  });

  it('and whatever the order of files', async () => {
    const two = [files.find((f) => f.includes('surevego'))!, files.find((f) => f.includes('netflowlabeler'))!];
    expect(await digest(two, 2)).toEqual(await digest([...two].reverse(), 1));
  });
});

/** SHA-256 of each table in row order. */
async function digest(inputs: readonly string[], threads: number): Promise<Record<string, string>> {
  const loaded = await load(inputs, threads);
  const out: Record<string, string> = {};
  for (const table of [...recordTables, 'rejects', 'labels', 'source_fields']) {
    const rows = await loaded.rows(`SELECT t::VARCHAR AS t FROM ${table} t ORDER BY ALL`);
    out[table] = createHash('sha256')
      .update(rows.map((r) => String(r.t)).join('\n'))
      .digest('hex');
  }
  loaded.close();
  return out;
}

describe.skipIf(!present)('malformed EVE', () => {
  const made = join(data, 'malformed/made');
  it.each([
    ['eve-cut.json', 149, 1],
    ['eve-blank-lines.json', 150, 0],
    ['eve-nul.json', 150, 1],
    ['eve-unknown-event.json', 151, 0],
    ['eve-long-line.json', 151, 0],
    ['eve-deep.json', 3, 1],
    ['eve-ipv6-and-null.json', 3, 1],
    ['eve-injection.json', 7, 0],
  ])('%s: %i events, %i bad', async (name, records, rejected) => {
    const loaded = await load([join(made, name)]);
    expect(loaded.results[0]).toMatchObject({ status: 'read', records, rejected });
    expect((await loaded.rows('SELECT count(*)::INT AS n FROM rejects'))[0]).toEqual({ n: rejected });
    loaded.close();
  });
});
