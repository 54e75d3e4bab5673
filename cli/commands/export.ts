import type { Command } from 'commander';
import type { ExportFormat } from '../../reports/export/format.js';
import { loadFormats } from '../../reports/export/registry.js';
import { runExport } from '../../reports/export/run-export.js';
import { checkOptions } from '../../reports/options.js';
import { printJson, withProgress, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';
import { Progress } from '../progress.js';
import { plural, safe } from '../terminal.js';

export async function register(program: Command): Promise<void> {
  const formats = await loadFormats();
  withProgress(
    withResources(
      program
        .command('export')
        .description('Take a case to other tools')
        .requiredOption('--db <file>', 'the case file')
        .requiredOption('--format <name>', formats.map((f) => f.name).join(', '))
        .requiredOption('-o, --output <path>', 'the file or folder to write; only an earlier export is written over')
        .option('--json-logs', 'Zeek logs as JSON lines: the same as --format zeek-json')
        .option(
          '--tlp <level>',
          'traffic light protocol, for formats that carry it: clear, green, amber, amber+strict, red',
        )
        .option('--json', 'print what was written as JSON'),
    ),
  )
    .addHelpText(
      'after',
      `
Formats:
${formats.map((f) => `  ${f.name.padEnd(10)} ${f.title}`).join('\n')}

Examples:
  slipstream export --db case.duckdb --format zeek -o logs/
  slipstream export --db case.duckdb --format parquet -o case-parquet/
  slipstream export --db case.duckdb --format stix -o bundle.json --tlp amber`,
    )
    .action(async (flags) => {
      const format = formatOf(formats, flags.format, Boolean(flags.jsonLogs));
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const summary = await runExport({
        db: flags.db,
        output: flags.output,
        format,
        options: { tlp: checkOptions({ tlp: flags.tlp }).tlp },
        resources: { threads: settings.threads, memoryLimit: settings.memoryLimit },
        progress: (step, done, total) => progress.update(safe(step), done, total),
      });
      progress.clear();
      if (flags.json) {
        printJson({ format: format.name, output: flags.output, ...summary });
        return;
      }
      const left = summary.leftOut.map((text) => `Left out: ${safe(text)}\n`).join('');
      process.stdout.write(
        `${safe(flags.output)}: ${plural(summary.files, 'file')}, ${plural(summary.rows, 'row')}\n${left}`,
      );
    });
}

function formatOf(formats: readonly ExportFormat[], name: string, jsonLogs: boolean): ExportFormat {
  const wanted = jsonLogs && name === 'zeek' ? 'zeek-json' : name;
  const format = formats.find((f) => f.name === wanted);
  if (!format) throw usageError(`--format ${name}: one of ${formats.map((f) => f.name).join(', ')}`);
  if (jsonLogs && format.name !== 'zeek-json') throw usageError('--json-logs goes with --format zeek');
  return format;
}
