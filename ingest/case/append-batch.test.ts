import { DuckDBInstance } from '@duckdb/node-api';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  double,
  integer,
  option,
  record,
  string,
} from 'fast-check';
import { expect, it } from 'vitest';
import {
  BoolColumn,
  type ColumnBatch,
  DoubleColumn,
  DoubleListColumn,
  Int32Column,
  Int64Column,
  StringColumn,
  StringListColumn,
} from '../pcap/output/columns.js';
import { BatchAppender } from './append-batch.js';
import { Database } from './database.js';
import { lit } from './sql.js';

const OUTCOMES = ['established', 'no_reply', 'rejected', 'a value of more than twelve bytes'] as const;

const textOf = (maxLength: number) => string({ unit: 'grapheme', maxLength });

const rowOf = record({
  big: option(integer({ min: -(2 ** 40), max: 2 ** 40 }), { nil: undefined }),
  ts: option(integer({ min: 0, max: 2e15 }), { nil: undefined }),
  x: option(double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  n: option(integer(), { nil: undefined }),
  ok: option(boolean(), { nil: undefined }),
  short: option(textOf(6), { nil: undefined }),
  long: option(textOf(80), { nil: undefined }),
  kind: option(constantFrom(...OUTCOMES), { nil: undefined }),
  list: option(array(textOf(30), { maxLength: 5 }), { nil: undefined }),
  numbers: option(array(double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }), { nil: undefined }),
});
type Row = typeof rowOf extends { generate: (...a: never[]) => { value: infer T } } ? T : never;

function batchOf(rows: readonly Row[]): ColumnBatch {
  const columns = {
    big: new Int64Column('big', 'int64'),
    ts: new Int64Column('ts', 'timestamp'),
    x: new DoubleColumn('x', 'double'),
    n: new Int32Column('n', 'int32'),
    ok: new BoolColumn('ok', 'bool'),
    short: new StringColumn('short'),
    long: new StringColumn('long'),
    kind: new StringColumn('kind'),
    list: new StringListColumn('list'),
    numbers: new DoubleListColumn('numbers'),
  };
  for (const row of rows) {
    columns.big.push(row.big);
    columns.ts.push(row.ts);
    columns.x.push(row.x);
    columns.n.push(row.n);
    columns.ok.push(row.ok);
    columns.short.push(row.short);
    columns.long.push(row.long);
    columns.kind.push(row.kind);
    columns.list.push(row.list);
    columns.numbers.push(row.numbers);
  }
  return { table: 't', length: rows.length, columns: Object.values(columns).map((c) => c.take()) };
}

/** A row as an SQL tuple: the slow way in. */
function tuple(row: Row): string {
  const of = (v: unknown, show: (v: never) => string): string => (v === undefined ? 'NULL' : show(v as never));
  const text = (v: string): string => lit(v).replaceAll('\0', "' || chr(0) || '");
  const number = (v: number): string => `'${Object.is(v, -0) ? '-0.0' : v}'::DOUBLE`;
  return `(${[
    of(row.big, String),
    of(row.ts, (v: number) => `make_timestamp(${v})`),
    of(row.x, number),
    of(row.n, String),
    of(row.ok, String),
    of(row.short, text),
    of(row.long, text),
    of(row.kind, text),
    of(row.list, (v: string[]) => `[${v.map(text).join(', ')}]::VARCHAR[]`),
    of(row.numbers, (v: number[]) => `[${v.map(number).join(', ')}]::DOUBLE[]`),
    "'constant'",
    "'a constant of many bytes'",
    'NULL',
  ].join(', ')})`;
}

const COLUMNS = `(big BIGINT, ts TIMESTAMP, x DOUBLE, n INTEGER, ok BOOLEAN, short VARCHAR, long VARCHAR,
  kind ENUM(${OUTCOMES.map(lit).join(', ')}), list VARCHAR[], numbers DOUBLE[], id VARCHAR, long_id VARCHAR, nothing VARCHAR)`;
const CONSTANTS = { id: 'constant', long_id: 'a constant of many bytes' };

async function database(): Promise<Database> {
  const db = new Database(await (await DuckDBInstance.create(':memory:')).connect());
  await db.run(`CREATE TABLE t ${COLUMNS}`);
  await db.run(`CREATE TABLE slow ${COLUMNS}`);
  return db;
}

async function appendAll(db: Database, rows: readonly Row[], size: number): Promise<void> {
  const appender = await BatchAppender.open(db, 't');
  for (let at = 0; at < rows.length; at += size) appender.append(batchOf(rows.slice(at, at + size)), CONSTANTS);
  appender.close();
}

it('gives the same table as SQL literals', async () => {
  const db = await database();
  await assert(
    asyncProperty(array(rowOf, { minLength: 1, maxLength: 60 }), integer({ min: 1, max: 60 }), async (rows, size) => {
      await db.run('DELETE FROM t');
      await db.run('DELETE FROM slow');
      await appendAll(db, rows, size);
      await db.run(`INSERT INTO slow VALUES ${rows.map(tuple).join(', ')}`);
      expect(await db.all('SELECT * FROM t')).toEqual(await db.all('SELECT * FROM slow'));
    }),
    { numRuns: 60 },
  );
});

it('batches of many chunks, more than the appender holds', async () => {
  const db = await database();
  const rows: Row[] = Array.from({ length: 70_001 }, (_, k) => ({
    big: k % 3 === 0 ? undefined : k * 4_294_967_296,
    ts: k,
    x: k / 3,
    n: k,
    ok: k % 2 === 0,
    short: `s${k}`,
    long: k % 7 === 0 ? undefined : `a text of more than twelve bytes, number ${k}`,
    kind: OUTCOMES[k % 4],
    list: k % 5 === 0 ? undefined : Array.from({ length: k % 4 }, (_, j) => `element ${k} of a list, ${j}`),
    numbers: k % 9 === 0 ? [k, k / 2] : [],
  }));
  await appendAll(db, rows, 9000);
  const wrong = await db.number(
    `SELECT count(*) FROM t WHERE short <> 's' || n OR big IS DISTINCT FROM if(n % 3 = 0, NULL, n::BIGINT * 4294967296)
       OR long IS DISTINCT FROM if(n % 7 = 0, NULL, 'a text of more than twelve bytes, number ' || n)
       OR enum_code(kind) <> n % 4 OR epoch_us(ts) <> n OR x <> n / 3 OR ok <> (n % 2 = 0) OR nothing IS NOT NULL
       OR list IS DISTINCT FROM if(n % 5 = 0, NULL, list_transform(range(n % 4), lambda j: 'element ' || n || ' of a list, ' || j))
       OR numbers IS DISTINCT FROM if(n % 9 = 0, [n::DOUBLE, n / 2], []::DOUBLE[]) OR long_id <> 'a constant of many bytes'`,
  );
  expect(wrong).toBe(0);
  expect(await db.number('SELECT count(DISTINCT n) FROM t')).toBe(70_001);
});

it('belongs to the transaction', async () => {
  const db = await database();
  const rows: Row[] = [{ ...empty(), n: 1 }];
  await expect(
    db.transaction(async () => {
      await appendAll(db, rows, 1);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await db.number('SELECT count(*) FROM t')).toBe(0);
  await db.transaction(() => appendAll(db, rows, 1));
  expect(await db.number('SELECT count(*) FROM t')).toBe(1);
});

it('refuses what does not fit instead of writing other bytes', async () => {
  const db = await database();
  const appender = await BatchAppender.open(db, 't');
  const wrong = new Int32Column('big', 'int32');
  wrong.push(1);
  expect(() => appender.append({ table: 't', length: 1, columns: [wrong.take()] })).toThrow('does not fit BIGINT');
  const unknown = new StringColumn('kind');
  unknown.push('something else');
  expect(() => appender.append({ table: 't', length: 1, columns: [unknown.take()] })).toThrow('no such value');
  const other = new StringColumn('missing');
  other.push('x');
  expect(() => appender.append({ table: 't', length: 1, columns: [other.take()] })).toThrow('no column missing');
  appender.close(false);
});

function empty(): Row {
  return {
    big: undefined,
    ts: undefined,
    x: undefined,
    n: undefined,
    ok: undefined,
    short: undefined,
    long: undefined,
    kind: undefined,
    list: undefined,
    numbers: undefined,
  };
}
