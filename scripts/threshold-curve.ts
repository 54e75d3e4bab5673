/**
 * The curve behind the alert threshold: for each threshold, how many infected hosts and how many windows of benign hosts
 * would alert. Every capture is analysed in a case of its own with the default configuration.
 *
 * Usage: tsx scripts/threshold-curve.ts DATA [OUT=analysis/evidence/threshold-curve.tsv]
 * DATA/labelled/hosts.tsv: capture (relative to DATA), host, role. DATA/malware/LABELS.tsv: file (relative to DATA/malware),
 * kind, infected_host; logs of one sensor (NAME_conn.log, NAME_ssl.log) are one capture; kinds that begin with "benign" are benign.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detect } from '../analysis/detect.js';
import { emptyEvaluation, evaluateCase } from '../analysis/evaluate/evaluate.js';
import { type HostRow, readHostsFile } from '../analysis/evaluate/hosts-file.js';
import { defaultOptions } from '../analysis/options.js';
import { CaseStore } from '../ingest/case/case-store.js';
import { ingest } from '../ingest/ingest.js';

interface Capture {
  readonly set: string;
  readonly name: string;
  readonly paths: string[];
  readonly rows: HostRow[];
}

interface Window {
  readonly set: string;
  readonly capture: string;
  readonly host: string;
  readonly role: string;
  readonly score: number;
}

const [data, out = 'analysis/evidence/threshold-curve.tsv'] = process.argv.slice(2);
if (data === undefined || !existsSync(data)) {
  process.stderr.write('usage: tsx scripts/threshold-curve.ts DATA [OUT]\n');
  process.exit(2);
}

const windows: Window[] = [];
for (const capture of [...labelled(data), ...malware(data)]) {
  const found = await windowsOf(capture);
  windows.push(...found);
  for (const role of ['infected', 'benign']) {
    const best = Math.max(...found.filter((w) => w.role === role).map((w) => w.score));
    if (Number.isFinite(best)) process.stdout.write(`${capture.name}\t${role}\t${best}\n`);
  }
}
writeFileSync(out, curve(windows));
process.stdout.write(`${out}\n`);

function labelled(folder: string): Capture[] {
  const captures = new Map<string, Capture>();
  for (const row of readHostsFile(join(folder, 'labelled', 'hosts.tsv'))) {
    const capture = captures.get(row.capture) ?? {
      set: 'labelled',
      name: row.capture,
      paths: [join(folder, row.capture)],
      rows: [],
    };
    capture.rows.push(row);
    captures.set(row.capture, capture);
  }
  return [...captures.values()];
}

function malware(folder: string): Capture[] {
  const file = join(folder, 'malware', 'LABELS.tsv');
  const [header = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  const at = ['file', 'kind', 'infected_host'].map((c) => header.split('\t').indexOf(c));
  if (at.includes(-1)) throw new Error(`${file}: needs the columns file, kind, infected_host`);
  const captures = new Map<string, Capture>();
  for (const line of lines) {
    const [path = '', kind = '', host = ''] = at.map((i) => line.split('\t')[i] ?? '');
    if (path === '') continue;
    const name = path.replace(/_(conn|dns|http|ssl|x509)\.log$/, '');
    const benign = kind.startsWith('benign');
    const rows: HostRow[] = benign
      ? [{ capture: name, host: '*', role: 'benign' }]
      : host.split(/[,; ]+/).map((h) => ({ capture: name, host: h, role: 'infected' }));
    const capture = captures.get(name) ?? { set: 'malware', name, paths: [], rows };
    capture.paths.push(join(folder, 'malware', path));
    captures.set(name, capture);
  }
  return [...captures.values()];
}

async function windowsOf(capture: Capture): Promise<Window[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-curve-'));
  try {
    const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
    try {
      await ingest(store, capture.paths);
      const { failed } = await detect(store, defaultOptions);
      for (const f of failed) process.stderr.write(`${capture.name}: ${f.detection} failed: ${f.reason}\n`);
      await evaluateCase(store.db, capture.name, capture.rows, emptyEvaluation());
      const rows = await store.db.all<{ host: string; role: string; score: number }>(
        `SELECT h.host, h.role, p.score FROM main.profiles p JOIN true_hosts h ON h.host = p.profile AND h.site = p.site
         WHERE h.role IN ('infected', 'benign') ORDER BY h.host, p.tw_start`,
      );
      return rows.map((r) => ({ ...r, set: capture.set, capture: capture.name }));
    } finally {
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line per set and threshold; thresholds in steps of .05. */
function curve(all: readonly Window[]): string {
  const lines = [
    'set\tthreshold\tinfected_hosts\tinfected_alerted\tbenign_hosts\tbenign_alerted\tbenign_windows\tbenign_windows_alerted',
  ];
  for (const set of ['labelled', 'malware', 'all']) {
    const mine = all.filter((w) => set === 'all' || w.set === set);
    const hosts = (role: string, least: number): number =>
      new Set(mine.filter((w) => w.role === role && w.score >= least).map((w) => `${w.capture}\t${w.host}`)).size;
    const benign = mine.filter((w) => w.role === 'benign');
    for (let step = 1; step <= 20; step++) {
      const threshold = step / 20;
      lines.push(
        [
          set,
          threshold.toFixed(2),
          hosts('infected', 0),
          hosts('infected', threshold),
          hosts('benign', 0),
          hosts('benign', threshold),
          benign.length,
          benign.filter((w) => w.score >= threshold).length,
        ].join('\t'),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
