import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.js';
import { CaseStore } from './case-store.js';
import { tables } from './schema.js';

const folder = tempDir('case');
let n = 0;
const fresh = (): string => join(folder, `case-${n++}.duckdb`);

const MARKED = "SELECT count(*) FROM provenance WHERE key = 'mark'";

async function makeCase(): Promise<string> {
  const path = fresh();
  (await CaseStore.open(path, { mode: 'create' })).close();
  return path;
}

/** Changes a case file behind our back, as somebody else's client could. */
async function tamper(path: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const s of statements) await connection.run(s);
  connection.closeSync();
  instance.closeSync();
}

describe('CaseStore', () => {
  it('opens a case whose name is that of a schema of ours', async () => {
    const path = join(folder, 'zeek.duckdb');
    const made = await CaseStore.open(path, { mode: 'create' });
    await made.db.run("INSERT INTO provenance VALUES ('mark', 'here')");
    const second = await made.connect();
    expect(await second.number(MARKED)).toBe(1);
    made.close();
    expect(existsSync(path)).toBe(true);
    for (const mode of ['update', 'read'] as const) {
      const store = await CaseStore.open(path, { mode });
      expect(await store.db.number(`${MARKED} AND (SELECT count(*) FROM zeek.conn) = 0`), mode).toBe(1);
      if (mode === 'read') await expect(store.db.run('DELETE FROM provenance')).rejects.toThrow(/read-only/i);
      store.close();
    }
    // Moved, it is a case like any other, of the same storage version.
    const [moved, plain] = [fresh(), await makeCase()];
    copyFileSync(path, moved);
    const versions = [moved, plain].map((p) => readFileSync(p).subarray(8, 24).toString('hex'));
    expect(versions[0]).toBe(versions[1]);
    (await CaseStore.open(moved, { mode: 'read' })).close();
  });

  it.each(['renewed', 'zeek'])('goes on after a renewal, with all its connections: %s', async (name) => {
    const path = join(folder, 'renewal', `${name}.duckdb`);
    const store = await CaseStore.open(path, { mode: 'create', memoryLimit: '1GB', threads: 1 });
    try {
      const second = await store.connect();
      const limit = "SELECT current_setting('memory_limit') AS size, current_setting('TimeZone') AS zone";
      const before = await second.one(limit);
      await store.shareMemory();
      await store.db.run("INSERT INTO provenance VALUES ('mark', 'here'); CREATE TEMP TABLE passing AS SELECT 1 AS a");
      await store.renew();
      for (const db of [store.db, second]) {
        expect(await db.number(MARKED)).toBe(1);
        expect(await db.one(limit)).toEqual(before);
        expect(await db.one("SELECT is_ip4('192.0.2.1') AS yes")).toEqual({ yes: true });
        await expect(db.run('FROM passing')).rejects.toThrow(/does not exist/);
      }
      await second.run("INSERT INTO provenance VALUES ('mark', 'again')");
      expect(await store.db.number(MARKED)).toBe(2);
      const runs = second.run('SELECT sum(a.range) FROM range(40000) a, range(40000) b').catch(() => undefined);
      await expect(store.renew()).rejects.toThrow(/in use/);
      await second.stop();
      await runs;
    } finally {
      await store.close();
    }
    const again = await CaseStore.open(path, { mode: 'read' });
    expect(await again.db.number(MARKED)).toBe(2);
    await again.close();
  });
  it('makes every table and states the storage version', async () => {
    const store = await CaseStore.open(fresh(), { mode: 'create' });
    const names = await store.db.all<{ t: string }>(
      "SELECT table_name AS t FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary ORDER BY t",
    );
    expect(names.map((r) => r.t)).toEqual(tables.map((t) => t.name).sort());
    const version = await store.db.one<{ v: string }>(
      "SELECT value AS v FROM provenance WHERE key = 'storage_version'",
    );
    expect(version?.v).toBe('v1.2.0');
    store.close();
  });

  it('refuses a second instance in the same process', async () => {
    const path = fresh();
    const store = await CaseStore.open(path, { mode: 'create' });
    await expect(CaseStore.open(path, { mode: 'update' })).rejects.toThrow('already open in this process');
    store.close();
    (await CaseStore.open(path, { mode: 'update' })).close();
  });

  it('closes under running statements: they fail, and the case can be opened again', async () => {
    const path = await makeCase();
    const long = 'SELECT sum(sqrt(a.range * b.range + $x)) AS s FROM range(1000000) a, range(10000) b';
    for (let i = 0; i < 8; i++) {
      const store = await CaseStore.open(path, { mode: 'read' });
      const beside = await store.connect();
      const work = beside.stoppable(async () => {
        for (;;) await beside.all(long, { x: i });
      });
      const running = [
        store.db.all(long, { x: i }),
        work,
        beside.stream(long.replace('$x', '1')).then((r) => r.fetchChunk()),
      ];
      const ended = Promise.allSettled(running);
      await new Promise((done) => setTimeout(done, 5 * i));
      await Promise.all([store.close(), store.close()]);
      for (const end of await ended) expect(end.status).toBe('rejected');
      await expect(store.db.all('SELECT 1')).rejects.toThrow('was closed');
    }
  }, 60_000);

  it('stops what runs on one connection, and that one goes on', async () => {
    const store = await CaseStore.open(await makeCase(), { mode: 'read' });
    const beside = await store.connect();
    const steps: number[] = [];
    const work = beside.stoppable(async () => {
      for (let i = 0; ; i++) {
        steps.push(i);
        await beside.number('SELECT count(*) FROM range(1000)');
      }
    });
    const failed = expect(work).rejects.toThrow();
    await beside.number('SELECT 1');
    await beside.stop();
    await failed;
    const made = steps.length;
    expect(await beside.number('SELECT 7')).toBe(7);
    expect(steps).toHaveLength(made);
    await store.close();
  });

  it('says what is wrong with a path that is no case', async () => {
    await expect(CaseStore.open(join(folder, 'none.duckdb'), { mode: 'read' })).rejects.toThrow('no such case');
    const text = join(folder, 'text.duckdb');
    writeFileSync(text, 'not a database, but long enough to be looked at\n'.repeat(500));
    await expect(CaseStore.open(text, { mode: 'read' })).rejects.toThrow('not a case file');
    await expect(CaseStore.open(folder, { mode: 'create' })).rejects.toThrow('is a folder');
    const other = fresh();
    await tamper(other, 'CREATE TABLE t (a INTEGER)');
    await expect(CaseStore.open(other, { mode: 'read' })).rejects.toThrow('no table');
  });

  it.each([
    ['a view named as a table', ['DROP TABLE flows', "CREATE VIEW flows AS SELECT * FROM read_csv('/etc/passwd')"]],
    ['a macro', ["CREATE MACRO lower(x) AS 'hacked'"]],
    [
      'a stored view that reads files',
      ["CREATE OR REPLACE VIEW flows_labelled AS SELECT * FROM read_text('/etc/passwd')"],
    ],
  ])('refuses %s', async (_, statements) => {
    for (const mode of ['read', 'update'] as const) {
      const path = await makeCase();
      await tamper(path, 'DROP VIEW flows_labelled', ...statements);
      await expect(CaseStore.open(path, { mode })).rejects.toThrow('refusing to open it');
    }
  });

  it('cannot read other files in read mode, nor be told to', async () => {
    const path = await makeCase();
    const store = await CaseStore.open(path, { mode: 'read' });
    await expect(store.db.run("SELECT * FROM read_csv('/etc/passwd')")).rejects.toThrow();
    await expect(store.db.run("SELECT * FROM '/etc/passwd'")).rejects.toThrow();
    await expect(store.db.run("COPY (SELECT 1) TO '/tmp/slipstream-x.csv'")).rejects.toThrow();
    await expect(store.db.run('SET enable_external_access = true')).rejects.toThrow();
    await expect(store.db.run('DELETE FROM flows')).rejects.toThrow();
    store.close();
  });

  it('drops what an interrupted ingest left', async () => {
    const path = await makeCase();
    await tamper(
      path,
      "INSERT INTO sources VALUES ('s', '', 'zeek', '.', NULL)",
      "INSERT INTO captures VALUES ('c', 's', 'x', 1, 'c', 0, 0, NULL, NULL, 'loading', NULL)",
      "INSERT INTO dns (capture_id, source_id, row) VALUES ('c', 's', 1)",
    );
    const store = await CaseStore.open(path, { mode: 'update' });
    expect(await store.db.number('SELECT (SELECT count(*) FROM dns) + (SELECT count(*) FROM captures)')).toBe(0);
    store.close();
  });

  it('makes a case of an empty database, as a run killed at its very beginning leaves it', async () => {
    const path = fresh();
    await tamper(path, 'CHECKPOINT');
    for (const mode of ['read', 'update'] as const) {
      await expect(CaseStore.open(path, { mode })).rejects.toThrow('refusing to open it');
    }
    const store = await CaseStore.open(path, { mode: 'create' });
    expect(await store.db.number('SELECT count(*) FROM flows')).toBe(0);
    store.close();
    (await CaseStore.open(path, { mode: 'read' })).close();
  });

  it('says what to do about an empty file', async () => {
    const path = fresh();
    writeFileSync(path, '');
    for (const mode of ['create', 'update', 'read'] as const) {
      await expect(CaseStore.open(path, { mode })).rejects.toThrow('is an empty file; delete it and run again');
    }
  });

  it('makes no case of a database that holds anything else', async () => {
    for (const statement of ['CREATE TABLE t (a INTEGER)', 'CREATE VIEW v AS SELECT 1', 'CREATE MACRO m(x) AS x']) {
      const path = fresh();
      await tamper(path, statement);
      await expect(CaseStore.open(path, { mode: 'create' })).rejects.toThrow('refusing to open it');
    }
  });

  it('opens from a copy elsewhere and leaves no temporary folder', async () => {
    const path = await makeCase();
    const copy = fresh();
    copyFileSync(path, copy);
    const store = await CaseStore.open(copy, { mode: 'update' });
    expect(existsSync(store.tempDir)).toBe(true);
    store.close();
    expect(readdirSync(folder).filter((f) => f.includes('.tmp-'))).toEqual([]);
  });

  it('spills sorts in a case that it only reads, and keeps UTC on every connection', async () => {
    const store = await CaseStore.open(await makeCase(), { mode: 'read', memoryLimit: '128MB' });
    const more = await store.connect();
    for (const db of [store.db, more]) {
      expect((await db.one<{ tz: string }>("SELECT current_setting('TimeZone') AS tz"))?.tz).toBe('UTC');
    }
    const sorted = `SELECT sum(length(x)) FROM
      (SELECT (i * 7919 % 2000000)::VARCHAR || repeat('x', 150) AS x FROM range(2000000) t(i) ORDER BY x OFFSET 1)`;
    expect(await more.number(sorted)).toBeGreaterThan(3e8);
    store.close();
    expect(readdirSync(folder).filter((f) => f.includes('.tmp-'))).toEqual([]);
  });
});
