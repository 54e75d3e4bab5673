import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
import { printJson, repeated, withProgress, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { ExitCode } from '../errors.js';
import { Progress } from '../progress.js';
import { plural, safe } from '../terminal.js';
import type { Difference } from '../verify/difference.js';
import { type Verification, verify } from '../verify/verify.js';

export function register(program: Command): void {
  withProgress(
    withResources(
      program
        .command('verify')
        .description('Hash everything behind an output folder again, run it again, and compare')
        .argument('<dir>', "output folder of 'slipstream analyze'")
        .option('--captures <dir>', 'where the captures are now (default: where they were)')
        .option('--config <file>', 'configuration that names folders with rules and models of your own')
        .option('--model <kind=dir>', 'where a model of your own is now (may be given again)', repeated)
        .option('--feeds <dir>', 'where the feeds are now (default: where they were; else what the case kept of them)')
        .option('--asn-db <file>', 'where your own database of AS numbers is, when the run used one')
        .option('--geoip-db <file>', 'where your own database of countries or cities is, when the run used one')
        .option('--no-rerun', 'only hash; do not run the analysis again')
        .option('--json', 'print the result as JSON'),
    ),
  )
    .addHelpText(
      'after',
      `
Says "same", or names what differs: input, configuration, rule, program, package, model, output, table of the case, or
what came out otherwise when the analysis was run again in a temporary folder (TMPDIR). Recorded answers of look-ups are
used again; nothing is asked of the network. Exit code 0: same, 1: something differs.

Examples:
  slipstream verify out
  slipstream verify out --captures /evidence/zeek --no-rerun
  slipstream verify out --json`,
    )
    .action(async (folder: string, flags) => {
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const { detectionPaths, models } = settings.analysis;
      const result = await verify(folder, {
        captures: flags.captures,
        rerun: flags.rerun !== false,
        detections: loadDetections(detectionPaths),
        detectionPaths,
        models,
        feeds: flags.feeds,
        asnDb: settings.analysis.asnDb,
        geoipDb: settings.analysis.geoipDb,
        resources: { threads: settings.threads, memoryLimit: settings.memoryLimit },
        progress: (step, done, total) => progress.update(safe(step), done, total),
      });
      progress.clear();
      if (flags.json) printJson(result);
      else process.stdout.write(verificationText(result));
      if (!result.same) process.exitCode = ExitCode.failed;
    });
}

/** `same`, or a line per difference. */
export function verificationText(result: Verification): string {
  const checked = `${plural(result.inputs, 'input')}, ${plural(result.tables, 'table')}`;
  if (result.same) {
    const again = result.rerun === 'done' ? 'run again' : 'not run again';
    const feeds = result.feedsReplayed ? '; feeds not found, their indicators taken from the case' : '';
    return `same\n${checked}; analysis ${again}${feeds}\n`;
  }
  const lines = result.differences.map(line);
  const tail = result.rerun.startsWith('not possible') ? ['The analysis was not run again: what goes in differs.'] : [];
  return `${[`${plural(result.differences.length, 'difference')}:`, ...lines, ...tail].join('\n')}\n`;
}

function line(d: Difference): string {
  const hashes =
    d.recorded !== undefined && d.found !== undefined
      ? ` (recorded ${short(d.recorded)}, found ${short(d.found)})`
      : '';
  const what = d.kind === 'rerun' ? `run again: ${d.name}` : `${d.kind}: ${d.name}`;
  return safe(`  ${what} ${d.problem}${hashes}${d.detail ? `; ${d.detail}` : ''}`);
}

const short = (hash: string): string => (/^[0-9a-f]{64}$/.test(hash) ? `${hash.slice(0, 12)}…` : hash);
