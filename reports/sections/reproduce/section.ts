import { configurationOf } from '../../case-facts.js';
import { clipped } from '../../format/text.js';
import type { SectionContext, SectionModule } from '../section.js';
import { analysisFlags, needsFile, word } from './command.js';

const FACTS: readonly (readonly [string, string])[] = [
  ['slipstream', 'slipstream'],
  ['schema_version', 'Schema of the case'],
  ['storage_version', 'Storage format (DuckDB)'],
  ['configuration_sha256', 'SHA-256 of the configuration'],
  ['detections_sha256', 'SHA-256 of the detections'],
];

/** What has to be the same for the same report: inputs, configuration, detections, versions. */
export const section: SectionModule = {
  async build(context) {
    const { facts, options } = context;
    const configuration = configurationOf(facts.provenance);
    const analysed = facts.analysis === 'finished';
    return {
      analysed,
      analyse: analysed ? analyseCommand(configuration) : null,
      report: reportCommand(options),
      needs_file: needsFile(configuration),
      facts: FACTS.map(([key, label]) => ({ label, value: facts.provenance.get(key) ?? null })),
      settings: Object.entries(configuration)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value: clipped(JSON.stringify(value), 2000) })),
    };
  },
};

function analyseCommand(configuration: Readonly<Record<string, unknown>>): string {
  const file = needsFile(configuration) ? ['--config', 'FILE'] : [];
  return ['slipstream analyze INPUT...', ...analysisFlags(configuration), ...file, '-o DIR'].join(' ');
}

function reportCommand(options: SectionContext['options']): string {
  const flags: string[] = [];
  const add = (name: string, value: string | null): void => {
    if (value !== null) flags.push(name, word(value));
  };
  add('--title', options.title === 'Network traffic report' ? null : options.title);
  add('--tlp', options.tlp?.toLowerCase() ?? null);
  add('--host', options.host);
  add('--since', options.since?.replace(/\.0+$/, '').replace(' ', 'T') ?? null);
  add('--until', options.until?.replace(/\.0+$/, '').replace(' ', 'T') ?? null);
  return ['slipstream report --db case.duckdb', ...flags, '-o report.html'].join(' ');
}
