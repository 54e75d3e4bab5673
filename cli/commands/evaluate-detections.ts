import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { detect } from '../../analysis/detect.js';
import { type Evaluation, emptyEvaluation, evaluateCase } from '../../analysis/evaluate/evaluate.js';
import { type HostRow, readHostsFile, rowsOf } from '../../analysis/evaluate/hosts-file.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { commandGroup } from '../command-group.js';
import { printJson, withAnalysis, withInputs, withProgress } from '../common.js';
import { type RunSettings, runSettings } from '../config.js';
import { inputError, usageError } from '../errors.js';
import { evaluationJson, evaluationText } from '../evaluation-text.js';
import { Progress } from '../progress.js';
import { readInputs } from '../read-inputs.js';
import { reportFailures } from '../verdict.js';

/** `evaluate detections`: the other subcommands of `evaluate` are models. */
export function register(program: Command): void {
  withProgress(
    withInputs(
      withAnalysis(
        commandGroup(program, 'evaluate', 'How good it is on labelled captures')
          .command('detections')
          .description('Detections and alerts on labelled captures: right and wrong hosts and flows, time to alert')
          .argument('[input...]', 'labelled captures; each is analysed in a case of its own')
          .option('--db <file>', 'an analysed case with labels, instead of inputs')
          .option('--hosts <tsv>', 'roles of hosts: TAB-separated capture, host, role (infected, attacked, benign)')
          .option('--markdown', 'print as Markdown'),
      ),
    ).option('--json', 'print as JSON, with every host of a known role'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream evaluate detections conn.log.labeled
  slipstream evaluate detections captures/bot captures/office --hosts hosts.tsv --markdown
  slipstream evaluate detections --db case.duckdb --json`,
    )
    .action(async (inputs: string[], flags) => {
      if (inputs.length > 0 === (flags.db !== undefined)) throw usageError('give inputs, or a case with --db');
      if (flags.json && flags.markdown) throw usageError('--json or --markdown, not both');
      if (inputs.includes('-')) throw usageError('standard input (-) has no name for the hosts file: give files');
      const settings = runSettings(flags);
      const rows = flags.hosts === undefined ? [] : readHostsFile(flags.hosts);
      const sum = emptyEvaluation();
      if (flags.db === undefined) {
        for (const input of inputs) await evaluateInput(input, rowsOf(rows, input), flags, settings, sum);
      } else await evaluateDb(flags.db, rows, settings, sum);
      if (sum.totals.hosts_infected + sum.totals.hosts_benign + sum.totals.hosts_attacked === 0) {
        throw inputError('nothing here has a label: give --hosts, --label, labelled logs, or label the case first');
      }
      if (flags.json) printJson(evaluationJson(sum));
      else process.stdout.write(evaluationText(sum, Boolean(flags.markdown)));
    });
}

async function evaluateInput(
  input: string,
  rows: readonly HostRow[],
  flags: Parameters<typeof readInputs>[2] & { readonly progress?: boolean },
  settings: RunSettings,
  sum: Evaluation,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-evaluate-'));
  const progress = new Progress(flags.progress);
  try {
    const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', ...settings });
    try {
      await readInputs(store, [input], flags, settings, progress);
      const summary = await detect(store, settings.analysis, (step, done, total) =>
        progress.update(`${input}: ${step}`, done, total),
      );
      progress.clear();
      reportFailures(summary);
      await evaluateCase(store.db, input, rows, sum);
    } finally {
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function evaluateDb(path: string, rows: readonly HostRow[], settings: RunSettings, sum: Evaluation) {
  const store = await CaseStore.open(path, { mode: 'read', ...settings });
  try {
    const state = await store.db.one<{ value: string }>("SELECT value FROM provenance WHERE key = 'analysis'");
    if (state?.value !== 'finished') {
      throw inputError(`${path}: not analysed yet; run 'slipstream detect --db ${path}' first`);
    }
    await evaluateCase(store.db, path, rows, sum);
  } finally {
    store.close();
  }
}
