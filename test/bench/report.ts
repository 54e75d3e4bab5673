/**
 * The report of a synthetic case of 10 M flows and 50,000 findings against the queries that it runs, CPU seconds of one run;
 * beside it what leaves the tool by way of an export, a digest of every table as `verify` makes it, and `diff` of the case
 * with itself.
 * Usage: tsx test/bench/report.ts [FLOWS=10000000] [FINDINGS=50000] [MEMORY=1GB] [CASE: kept there, used again]
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableDigests } from '../../analysis/digest.js';
import { CasePair } from '../../ingest/case/case-pair.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { diffCases } from '../../reports/diff/diff.js';
import { loadFormats } from '../../reports/export/registry.js';
import { runExport } from '../../reports/export/run-export.js';
import { renderReport, reportData } from '../../reports/render.js';
import { benchmark, show, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';
import { analyseWithFindings } from './synthetic-findings.js';

const resources = (memoryLimit: string) => ({ threads: 2, memoryLimit });

async function reading<T>(db: string, memory: string, work: (store: CaseStore) => Promise<T>): Promise<T> {
  const store = await CaseStore.open(db, { mode: 'read', ...resources(memory) });
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

const parts = {
  make: async ([db, flows]: readonly string[]): Promise<void> => makeSyntheticCase(db!, Number(flows)),
  analyse: async ([db, findings]: readonly string[]): Promise<void> => analyseWithFindings(db!, Number(findings)),
  queries: async ([db, memory]: readonly string[]): Promise<void> => {
    await reading(db!, memory!, (store) => reportData(store));
  },
  report: async ([db, memory, out]: readonly string[]): Promise<void> => {
    writeFileSync(out!, await reading(db!, memory!, (store) => renderReport(store)));
  },
  export: async ([db, memory, name, output]: readonly string[]): Promise<void> => {
    const format = (await loadFormats()).find((f) => f.name === name)!;
    await runExport({
      db: db!,
      output: output!,
      format,
      options: { tlp: null },
      resources: resources(memory!),
      progress: () => {},
    });
  },
  digests: async ([db, memory]: readonly string[]): Promise<void> => {
    await reading(db!, memory!, (store) => tableDigests(store.db));
  },
  diff: async ([db, copy, memory]: readonly string[]): Promise<void> => {
    const pair = await CasePair.open(db!, copy!, resources(memory!));
    const { same } = await diffCases(pair, 100);
    pair.close();
    if (!same) throw new Error('a case differs from itself');
  },
};

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '10000000', findings = '50000', memory = '1GB', kept] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const db = kept ?? join(folder, 'synthetic.duckdb');
    if (!existsSync(db)) {
      show('making the flows', run('make', db, flows));
      show('analysing them', run('analyse', db, findings));
    }
    const html = join(folder, 'report.html');
    const queries = run('queries', db, memory);
    const report = run('report', db, memory, html);
    show(`queries of the report at ${memory}`, queries);
    show('the report', report);
    process.stdout.write(
      `${mb(readFileSync(html).length)}; ratio ${(report.cpu / queries.cpu).toFixed(2)} (target 1.3)\n`,
    );
    for (const name of ['parquet', 'zeek', 'csv']) {
      const out = join(folder, name);
      show(`export ${name}`, run('export', db, memory, name, out));
      process.stdout.write(`${mb(sizeOf(out))}\n`);
    }
    show('digests of every table', run('digests', db, memory));
    const copy = join(folder, 'copy.duckdb');
    copyFileSync(db, copy);
    show('diff with a copy', run('diff', db, copy, memory));
  });
});
