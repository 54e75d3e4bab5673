import type { Command } from 'commander';
import { runCases } from '../../analysis/detection/cases.js';
import { newDetection } from '../../analysis/detection/new-detection.js';
import { loadDetections, readDetection } from '../../analysis/detection/registry.js';
import { printJson } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';
import { safe, table } from '../terminal.js';

export function register(program: Command): void {
  const detections = program
    .command('detections')
    .description('The rules: list, show, make and test them')
    .addHelpText(
      'after',
      `
Examples:
  slipstream detections list
  slipstream detections show horizontal-port-scan
  slipstream detections new my-rule --dir rules
  slipstream detections test rules/my-rule`,
    );
  detections
    .command('list')
    .description('All detections')
    .option('--config <file>', 'YAML configuration (for detections of your own)')
    .option('--json', 'print as JSON')
    .action((flags) => {
      const all = loadDetections(runSettings(flags).analysis.detectionPaths);
      if (flags.json)
        printJson(all.map(({ sql: _, flowsSql: __, folder: ___, data: ____, ...definition }) => definition));
      else {
        process.stdout.write(
          `${table(
            ['id', 'level', 'module', 'techniques', 'title'],
            all.map((d) => [d.id, d.threat_level, d.module, d.techniques.join(' '), d.title]),
          )}\n`,
        );
      }
    });
  detections
    .command('show')
    .description('One detection: what it means, its parameters and its SQL')
    .argument('<id>')
    .option('--config <file>', 'YAML configuration (for detections of your own)')
    .option('--json', 'print as JSON')
    .action((id: string, flags) => {
      const found = loadDetections(runSettings(flags).analysis.detectionPaths).find((d) => d.id === id);
      if (!found) throw usageError(`no detection ${JSON.stringify(id)}; see 'slipstream detections list'`);
      const { folder: _, data: tables = [], ...detection } = found;
      if (flags.json) {
        printJson(detection);
        return;
      }
      const lines = [
        `${detection.id}: ${detection.title}`,
        '',
        detection.description,
        '',
        `level ${detection.threat_level} · role ${detection.role} · scope ${detection.scope} · key ${detection.key}`,
        `techniques: ${detection.techniques.join(', ') || 'none'}`,
        `needs: ${detection.requires.map((r) => (typeof r === 'string' ? r : r.join(' or '))).join(', ') || 'flows'}`,
        ...detection.false_positives.map((f) => `false positive: ${f}`),
        '',
        ...Object.entries(detection.parameters).map(
          ([n, p]) => `$${n} = ${JSON.stringify(p.default)}  ${p.description}`,
        ),
        '',
        ...tables.map((t) => `data_${t.name}: ${t.path}`),
        detection.sql.trimEnd(),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
  detections
    .command('new')
    .description('Make the folder of a new detection')
    .argument('<id>')
    .option('--dir <folder>', 'where it goes', '.')
    .action((id: string, flags) => {
      const folder = newDetection(id, flags.dir as string);
      process.stdout.write(
        `${folder}: detection.yaml, detection.sql, flows.sql, cases.yaml\nTest it:  slipstream detections test ${folder}\n` +
          `Use it:   detections: {paths: [${flags.dir}]} in the configuration\n`,
      );
    });
  detections
    .command('test')
    .description("Run the cases of detection folders (default: the project's own)")
    .argument('[folder...]')
    .option('--json', 'print as JSON')
    .action(async (folders: string[], flags) => {
      const list = folders.length > 0 ? folders.map((f) => readDetection(f)) : loadDetections();
      const results = [];
      for (const d of list) for (const r of await runCases(d)) results.push({ detection: d.id, ...r });
      const bad = results.filter((r) => r.problem !== undefined);
      if (flags.json) printJson(results.map((r) => ({ ...r, problem: r.problem ?? null })));
      else {
        for (const r of bad) process.stdout.write(`FAILED  ${r.detection}: ${safe(r.name)}: ${safe(r.problem)}\n`);
        process.stdout.write(`${results.length - bad.length} passed, ${bad.length} failed\n`);
      }
      if (bad.length > 0) process.exitCode = 1;
    });
}
