import { storedViews, tables } from '../../ingest/case/schema.js';
import { cell, made, table } from './markdown.js';

/** Groups of tables in the order of the page; a table that is in none comes last. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Origin', ['sources', 'captures', 'rejects', 'source_fields']],
  [
    'Records',
    `flows labels dns http ssl x509 ssh files smtp ftp dhcp arp software notice weird tunnel login suricata_alert other
     packet_index`.split(/\s+/),
  ],
  [
    'Derived',
    `addresses names profiles profile_peers pairs domains letters timeline indicators feeds lookups models_used
     detection_runs provenance`.split(/\s+/),
  ],
  ['Findings', ['evidence', 'evidence_flows', 'suppressed', 'alerts', 'alert_evidence']],
];

interface Table {
  readonly name: string;
  readonly sql: string;
}

/** `docs/tables.md`: every table and column of a case. */
export function tablesPage(): string {
  const grouped = new Set(GROUPS.flatMap(([, names]) => names));
  const rest = tables.map((t) => t.name).filter((n) => !grouped.has(n));
  const groups = [...GROUPS, ...(rest.length > 0 ? [['Others', rest] as const] : [])];
  const sections = groups.map(([title, names]) => {
    const found = names.flatMap((n) => tables.filter((t) => t.name === n));
    return `## ${title}\n\n${found.map(oneTable).join('\n\n')}`;
  });
  return `${made('`ingest/schema/*.sql`')}
# Tables

A case is one DuckDB file. Any DuckDB client opens it (1.2 or later); \`slipstream query\` and \`openCase\` open it read only.

Times are UTC with microseconds, durations seconds, addresses canonical text (RFC 5952). Record tables begin with \`capture_id,
source_id, row\` (the record's number in its file) and join by \`(source_id, uid)\`; a record without its flow is no error. NULL
is what the source does not say. What a source has beyond these columns is in \`extra\`.

${sections.join('\n\n')}

## Views

${storedViews.map(oneView).join('\n\n')}
`;
}

function oneTable({ name, sql }: Table): string {
  return `### ${name}\n\n${comment(sql)}\n\n${table(['column', 'type', ''], columns(sql))}`;
}

/** The comment at the head of a file, as a paragraph. */
function comment(sql: string): string {
  const lines = sql.split('\n');
  const end = lines.findIndex((l) => !l.startsWith('--'));
  return cell(
    lines
      .slice(0, end < 0 ? lines.length : end)
      .map((l) => l.replace(/^-- ?/, ''))
      .join(' '),
  );
}

function columns(sql: string): string[][] {
  return [...sql.matchAll(/^ {2}("?)(\w+)\1 ([A-Z]+(?:\[\])?)(\([^)]*\))?([^\n]*?),?(?: *-- *(.*))?$/gm)].map((m) => {
    const notNull = /NOT NULL/.test(m[5] ?? '') ? 'never NULL' : '';
    const values = m[3] === 'ENUM' ? (m[4] ?? '').slice(1, -1).replaceAll("'", '`') : '';
    return [`\`${m[2]}\``, m[3]!, cell([values, notNull, m[6] ?? ''].filter((t) => t !== '').join('; '))];
  });
}

function oneView({ name, sql }: Table): string {
  const views = [...sql.matchAll(/CREATE (?:OR REPLACE )?VIEW (?:IF NOT EXISTS )?([\w."]+)/g)].map(
    (m) => `\`${m[1]}\``,
  );
  return `**${name}**: ${comment(sql)}${views.length > 0 ? ` (${views.join(', ')})` : ''}`;
}
