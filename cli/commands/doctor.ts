import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
import { dataFile, dataSets } from '../../analysis/enrich/data-sets.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { isWritable } from '../../ingest/case/is-writable.js';
import { CAP_INSTALL, loadCap } from '../../ingest/live/cap-engine.js';
import { readers } from '../../ingest/readers.js';
import { INSTALL, tensorflowFound } from '../../models/recurrent/tensorflow.js';
import { allKinds, shippedModel } from '../../models/registry.js';
import { caseGaps } from '../case-gaps.js';
import { CHROMIUM_INSTALL, findChromium, findJupyter, JUPYTER_INSTALL, KERNEL_INSTALL } from '../clone-programs.js';
import { printJson } from '../common.js';
import { feedsFound } from '../feed-folder.js';
import { packageRoot } from '../package-root.js';
import { resources } from '../resources.js';
import { plural, safe } from '../terminal.js';
import { which } from '../which.js';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** A missing optional part is no failure. */
  readonly needed: boolean;
  readonly detail: string;
}

const PROGRAMS: readonly (readonly [program: string, what: string, install: string])[] = [
  ['ra', 'Argus binary files', 'apt-get install argus-client'],
  ['nfdump', 'nfdump binary files', 'apt-get install nfdump'],
  ['tcpdump', 'BPF filters and live capture', 'apt-get install tcpdump'],
  ['nft', 'blocking', 'apt-get install nftables'],
];

export function register(program: Command): void {
  program
    .command('doctor')
    .description('What this installation can do, and what to install for the rest; of a case: what it lacks')
    .option('--db <file>', 'a case: what its sources do not give, and which detections could therefore not decide')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  slipstream doctor\n  slipstream doctor --db out/case.duckdb\n  slipstream doctor --json',
    )
    .action(async (flags) => {
      if (flags.db !== undefined) return ofCase(flags.db, flags.json === true);
      const checks = await allChecks();
      if (flags.json) printJson(checks);
      else {
        for (const c of checks) {
          process.stdout.write(
            `${c.ok ? 'ok     ' : c.needed ? 'FAILED ' : 'missing'}  ${c.name}: ${safe(c.detail)}\n`,
          );
        }
      }
      if (checks.some((c) => c.needed && !c.ok)) process.exitCode = 1;
    });
}

async function ofCase(file: string, json: boolean): Promise<void> {
  const store = await CaseStore.open(file, { mode: 'read', ...resources({}) });
  try {
    const gaps = await caseGaps(store.db);
    if (json) return printJson(gaps);
    const write = (mark: string, text: string): void => {
      process.stdout.write(`${mark.padEnd(7)}  ${safe(text)}\n`);
    };
    const kinds = gaps.sources.map((s) => `${s.kind} (${plural(s.captures, 'capture')})`);
    write(kinds.length > 0 ? 'ok' : 'missing', `sources: ${kinds.join(', ') || 'none; ingest some captures'}`);
    if (!gaps.analysed) return write('missing', "analysis: none that finished; run 'slipstream detect'");
    write('ok', `detections: ${gaps.ran} ran`);
    for (const g of gaps.notDecided) write('missing', `${g.reason}; not decided: ${g.detections.join(', ')}`);
    for (const g of gaps.partlyDecided) write('partly', `${g.reason}: ${g.detections.join(', ')}`);
  } finally {
    await store.close();
  }
}

async function allChecks(): Promise<Check[]> {
  const major = Number(process.versions.node.split('.')[0]);
  const checks: Check[] = [
    {
      name: 'node',
      ok: major >= 20,
      needed: true,
      detail: `${process.versions.node}${major >= 20 ? '' : ' (20 or newer is needed)'}`,
    },
  ];
  try {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const row = (await connection.runAndReadAll('SELECT version() AS v')).getRowsJson()[0];
    connection.closeSync();
    instance.closeSync();
    checks.push({ name: 'duckdb', ok: true, needed: true, detail: String(row?.[0]) });
  } catch (error) {
    checks.push({
      name: 'duckdb',
      ok: false,
      needed: true,
      detail: `${error instanceof Error ? error.message : error} (run npm ci again)`,
    });
  }
  const kinds = (await readers()).map((r) => r.kind).sort();
  checks.push({ name: 'readers', ok: kinds.length > 0, needed: true, detail: kinds.join(', ') });
  checks.push({ name: 'detections', ok: true, needed: true, detail: `${loadDetections().length} rules` });
  for (const [id, set] of Object.entries(dataSets)) {
    checks.push({
      name: `data ${id}`,
      ok: set.files.every((f) => existsSync(dataFile(f))),
      needed: true,
      detail: `${set.title}: ${set.package} ${set.version}${dateOf(set.version)}, ${set.licence}`,
    });
  }
  const feeds = feedsFound();
  checks.push({ name: 'feeds', ok: feeds.count > 0, needed: false, detail: feeds.detail });
  checks.push(...(await modelChecks()));
  const tensorflow = tensorflowFound();
  checks.push({
    name: 'tensorflow.js',
    ok: tensorflow !== undefined,
    needed: false,
    detail: tensorflow ?? `needed for train cc --engine tfjs: ${INSTALL}`,
  });
  checks.push({ name: 'temporary files', ok: isWritable(tmpdir()), needed: true, detail: tmpdir() });
  const cap = (await loadCap()) !== undefined;
  checks.push({
    name: 'cap',
    ok: cap,
    needed: false,
    detail: cap ? 'live capture without tcpdump' : `needed for live capture without tcpdump: ${CAP_INSTALL}`,
  });
  for (const [name, what, install] of PROGRAMS) {
    const path = which(name);
    checks.push({
      name,
      ok: path !== undefined,
      needed: false,
      detail: path === undefined ? `needed for ${what}: ${install}` : `${what}${versionOf(name, path)}`,
    });
  }
  checks.push(...cloneChecks());
  return checks;
}

/** What the repository's tests and notebooks use; an installed package has neither. */
function cloneChecks(): Check[] {
  const checks: Check[] = [];
  const add = (name: string, ok: boolean, what: string, install: string) =>
    checks.push({ name, ok, needed: false, detail: ok ? what : `needed for ${what}: ${install}` });
  if (existsSync(join(packageRoot, 'test')))
    add(
      'chromium',
      findChromium() !== undefined,
      'tests of the report in a browser, npm run picture',
      CHROMIUM_INSTALL,
    );
  const notebooks = join(packageRoot, 'notebooks');
  if (existsSync(notebooks)) {
    add('jupyter', findJupyter() !== undefined, 'notebooks (npm run notebooks)', JUPYTER_INSTALL);
    const kernel = existsSync(join(notebooks, 'node_modules', 'tslab'));
    add('tslab', kernel, "the notebooks' kernel (npm run notebooks installs it)", KERNEL_INSTALL);
  }
  return checks;
}

/** The models that ship, read and checked against their cards. */
async function modelChecks(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const kind of await allKinds()) {
    try {
      const model = shippedModel(kind.name);
      if (model) await kind.load(model);
      const detail = model
        ? `ships, ${model.card.engine}, sha256 ${model.sha256.slice(0, 16)}`
        : `none ships: ${kind.detection} is not decided without --model ${kind.name}=DIR`;
      checks.push({ name: `model ${kind.name}`, ok: model !== undefined, needed: false, detail });
    } catch (error) {
      checks.push({ name: `model ${kind.name}`, ok: false, needed: true, detail: (error as Error).message });
    }
  }
  return checks;
}

/** The day that a version names: `2.3.2026061719` is data of 2026-06-17. */
function dateOf(version: string): string {
  const day = /\.(20\d\d)(\d\d)(\d\d)\d\d$/.exec(version);
  return day ? ` of ${day[1]}-${day[2]}-${day[3]}` : '';
}

function versionOf(name: string, path: string): string {
  if (name !== 'nfdump') return '';
  try {
    return ` (${execFileSync(path, ['-V'], { encoding: 'utf8', timeout: 5000 })
      .split('\n')[0]
      ?.replace(/^.*nfdump: ?/, '')
      .trim()})`;
  } catch {
    return '';
  }
}
