import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseYaml } from '../../cli/yaml-file.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { columnsOf, tables } from '../../ingest/case/schema.js';
import { ident, lit } from '../../ingest/case/sql.js';
import { detect } from '../detect.js';
import { type AnalysisOptions, defaultOptions, type ParameterValue } from '../options.js';
import type { Detection } from './definition.js';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]);
const rows = z.array(z.record(z.string(), cell));

const caseSchema = z
  .object({
    name: z.string(),
    /** How many times each row is made, with `{i}` = 1, 2, … */
    repeat: z.number().int().min(1).max(100_000).default(1),
    parameters: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]))
      .default({}),
    home_net: z.array(z.string()).default([]),
    direction: z.enum(['out', 'all']).default('out'),
    expect: z.array(z.record(z.string(), cell)),
  })
  .catchall(rows);

export const casesSchema = z.strictObject({ cases: z.array(caseSchema).min(1) });
type Case = z.infer<typeof caseSchema>;

/** What one case of `cases.yaml` gave. `problem` is undefined when it passed. */
export interface CaseResult {
  readonly name: string;
  readonly problem: string | undefined;
}

const FIXED = new Set(['name', 'repeat', 'parameters', 'home_net', 'direction', 'expect']);

/** Runs the cases of a detection folder, one after the other in a case file that is emptied between them. */
export async function runCases(detection: Detection): Promise<CaseResult[]> {
  const file = join(detection.folder, 'cases.yaml');
  if (!existsSync(file)) return [{ name: 'cases.yaml', problem: 'is missing' }];
  const { cases } = parseYaml(file, casesSchema);
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-case-'));
  // One thread: for a few rows the second one only costs.
  const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '512MB', threads: 1 });
  try {
    const out: CaseResult[] = [];
    for (const c of cases) {
      if (out.length > 0) await empty(store.db);
      out.push({ name: c.name, problem: await runCase(store, detection, c) });
    }
    return out;
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runCase(store: CaseStore, detection: Detection, c: Case): Promise<string | undefined> {
  await store.db.transaction(() => fill(store.db, detection, c));
  const options: AnalysisOptions = {
    ...defaultOptions,
    homeNet: c.home_net,
    direction: c.direction,
    feeds: 'case',
    parameters: { [detection.id]: c.parameters as Record<string, ParameterValue> },
  };
  const summary = await detect(store, options, undefined, [detection]);
  if (summary.failed[0]) return summary.failed[0].reason;
  return compare(await findings(store.db), c.expect);
}

/** Nothing of a case reaches the next one: no row of any table, no temporary table. */
async function empty(db: Database): Promise<void> {
  const made = await db.all<{ name: string; kind: string }>(
    `SELECT table_name AS name, 'TABLE' AS kind FROM duckdb_tables() WHERE temporary
     UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE temporary AND NOT internal ORDER BY kind DESC, name`,
  );
  await db.run(made.map((m) => `DROP ${m.kind} temp.${ident(m.name)}`).join(';'));
  await db.run(tables.map((t) => `DELETE FROM ${ident(t.name)}`).join(';'));
}

async function findings(db: Database): Promise<Record<string, unknown>[]> {
  const evidence = await db.all<Record<string, unknown>>(
    `SELECT e.*, (SELECT count(*) FROM evidence_flows f WHERE f.evidence_id = e.evidence_id)::INTEGER AS flows
     FROM evidence e ORDER BY ts, site, profile, key`,
  );
  return evidence.map((e) => ({ ...e, details: e.details === null ? {} : (JSON.parse(String(e.details)) as unknown) }));
}

function compare(found: Record<string, unknown>[], expected: Case['expect']): string | undefined {
  if (found.length !== expected.length) {
    return `expected ${expected.length} findings, got ${found.length}: ${found.map((f) => f.key).join(', ')}`;
  }
  for (const [i, want] of expected.entries()) {
    for (const [name, value] of Object.entries(want)) {
      const got = name.split('.').reduce<unknown>((o, k) => (o as Record<string, unknown> | undefined)?.[k], found[i]);
      if (JSON.stringify(got ?? null) !== JSON.stringify(value)) {
        return `finding ${i + 1}: ${name} is ${JSON.stringify(got)}, expected ${JSON.stringify(value)}`;
      }
    }
  }
  return undefined;
}

const DEFAULTS: Readonly<Record<string, string>> = {
  capture_id: "'cases00000000000'",
  source_id: "'cases0000000'",
  ts: "TIMESTAMP '2026-01-01 10:00:00' + to_microseconds(n * 100000)",
  uid: "'U' || n",
  orig_h: "'10.0.0.1'",
  resp_h: "'192.0.2.1'",
  proto: "'tcp'",
  outcome: "'unknown'",
  orientation: "'seen'",
  ended: "'closed'",
};

/** Inserts the rows of a case; columns that a row leaves out get the defaults, or NULL. */
async function fill(db: Database, detection: Detection, c: Case): Promise<void> {
  await db.run("INSERT INTO sources VALUES ('cases0000000', '', 'zeek', '.', NULL)");
  await db.run(
    `INSERT INTO captures VALUES ('cases00000000000', 'cases0000000', 'cases', 0, repeat('0', 64), 0, 0, NULL, NULL, 'complete', NULL)`,
  );
  for (const need of detection.requires.flat()) {
    const [table, field] = need.split('.');
    if (table === 'intel' || table === 'lookups') continue;
    await db.run(`INSERT INTO source_fields VALUES ('cases0000000', ${lit(table!)}, ${lit(field!)})`);
  }
  for (const [table, given] of Object.entries(c)) {
    if (FIXED.has(table)) continue;
    if (!tables.some((t) => t.name === table)) throw new Error(`${detection.id}: cases.yaml names no table ${table}`);
    const selects: string[] = [];
    for (let i = 1; i <= c.repeat; i++) {
      for (const row of given as Record<string, unknown>[]) selects.push(rowSql(table, row, i, selects.length));
    }
    for (let at = 0; at < selects.length; at += 100) {
      await db.run(`INSERT INTO ${ident(table)} ${selects.slice(at, at + 100).join(' UNION ALL ')}`);
    }
  }
}

function rowSql(table: string, row: Record<string, unknown>, i: number, n: number): string {
  const values = columnsOf(table).map((column) => {
    const given = row[column.name];
    if (given !== undefined) return `${sqlValue(given, i)}::${column.type}`;
    if (column.name === 'flow_id') return String(n);
    if (column.name === 'row') return String(n + 1);
    if (column.name === 'orig_size') return sqlValue(row.orig_ip_bytes ?? row.orig_bytes ?? null, i);
    if (column.name === 'resp_size') return sqlValue(row.resp_ip_bytes ?? row.resp_bytes ?? null, i);
    return DEFAULTS[column.name]?.replaceAll(/\bn\b/g, String(n)) ?? 'NULL';
  });
  return `SELECT ${values.join(', ')}`;
}

function sqlValue(value: unknown, i: number): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `[${value.map((v) => sqlValue(v, i)).join(', ')}]`;
  if (typeof value === 'string') return lit(value.replaceAll('{i}', String(i)));
  return String(value);
}
