import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Detection } from '../../analysis/detection/definition.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { cell, made, table } from './markdown.js';

/** `docs/detections.md`: every detection from its folder. */
export function detectionsPage(): string {
  const all = loadDetections();
  const overview = table(
    ['detection', 'level', 'module', 'techniques', 'what'],
    all.map((d) => [`[${d.id}](#${d.id})`, d.threat_level, d.module, d.techniques.join(' '), cell(d.title)]),
  );
  return `${made('`analysis/detections/*/detection.yaml`')}
# Detections

${all.length} rules, each a folder under \`analysis/detections\` with its SQL and test cases. \`slipstream detections show ID\` prints
the SQL too. A level is the default; a rule may give single findings another one. Parameters are changed in the configuration:
\`detections: { ID: { parameter: value, threat_level: medium } }\`.

A source that lacks what a rule needs makes it *not decided*, never "nothing found".

${overview}

${all.map(one).join('\n\n')}
`;
}

function one(d: Detection): string {
  const needs = d.requires.map((r) => (typeof r === 'string' ? `\`${r}\`` : r.map((f) => `\`${f}\``).join(' or ')));
  const facts = [
    `level **${d.threat_level}**`,
    `scope ${d.scope}`,
    `key ${cell(d.key)}`,
    `role ${d.role}${d.victim_counts ? ' (counts)' : ''}`,
    `needs ${needs.join(', ') || '`flows`'}`,
  ];
  const parameters = Object.entries(d.parameters).map(([name, p]) => [
    `\`${name}\``,
    short(JSON.stringify(p.default)),
    cell(p.description),
  ]);
  const parts = [
    `## ${d.id}`,
    `**${cell(d.title)}.** ${cell(d.description)}`,
    facts.join(' · '),
    ...(parameters.length > 0 ? [table(['parameter', 'default', 'meaning'], parameters)] : []),
    ...(d.false_positives.length > 0 ? [`Looks the same: ${d.false_positives.map(cell).join('; ')}.`] : []),
    `${d.techniques.map((t) => `[${t}](https://attack.mitre.org/techniques/${t.replace('.', '/')}/)`).join(' · ')}${
      existsSync(join(d.folder, 'data')) ? `${d.techniques.length > 0 ? ' · ' : ''}brings tables (\`data/\`)` : ''
    }`,
  ];
  return parts.filter((p) => p !== '').join('\n\n');
}

const short = (text: string): string => `\`${cell(text.length > 60 ? `${text.slice(0, 57)}…` : text)}\``;
