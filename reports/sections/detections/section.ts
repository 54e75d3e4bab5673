import type { Detection } from '../../../analysis/detection/definition.js';
import { detectionHash } from '../../../analysis/detection/run-detection.js';
import type { Row } from '../../../ingest/case/database.js';
import { techniquesOf } from '../../attack.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import type { SectionContext, SectionModule } from '../section.js';

const GROUPS = [
  { id: 'found', title: 'Found' },
  { id: 'failed', title: 'Failed while running' },
  {
    id: 'not_decided',
    title: 'Not decided',
    note: 'What these need is not there: in the captures, or in the feeds and answers of the run. Nothing can be said about them.',
  },
  { id: 'not_found', title: 'Looked for and not found' },
  { id: 'disabled', title: 'Disabled' },
] as const;

/** What was looked for: found, not found, not decided, failed, disabled; and how each decides. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('query', { text: LIMITS.text, links: LIMITS.linksPerFinding });
    const detections = rows.map((row) => describe(context, row));
    return {
      total: detections.length,
      groups: GROUPS.map((g) => ({
        id: g.id,
        title: g.title,
        note: 'note' in g ? g.note : null,
        detections: detections.filter((d) => d.group === g.id),
      })).filter((g) => g.detections.length > 0),
    };
  },
};

function describe(context: SectionContext, row: Row) {
  const id = String(row.detection);
  const definition = context.detections.get(id);
  const findings = Number(row.findings);
  return {
    id,
    group: row.status === 'ran' ? (findings > 0 ? 'found' : 'not_found') : String(row.status),
    title: definition?.title ?? id,
    reason: row.reason === null ? null : clipped(String(row.reason), LIMITS.text),
    findings,
    suppressed: Number(row.suppressed),
    links: evidenceLinks(row.links, LIMITS.linksPerFinding),
    more: Math.max(0, findings - LIMITS.linksPerFinding),
    sql_sha256: row.sql_sha256,
    changed: definition !== undefined && detectionHash(definition) !== row.sql_sha256,
    parameters: parametersOf(row.parameters, definition),
    definition: definition ? meaning(definition) : null,
  };
}

const meaning = (d: Detection) => ({
  description: d.description,
  module: d.module,
  level: d.threat_level,
  techniques: techniquesOf(d.techniques),
  false_positives: d.false_positives,
  requires: d.requires.map((r) => (Array.isArray(r) ? r.join(' or ') : r)),
});

/** `name -> {value, origin}` of the run, with what the definition says about each. */
function parametersOf(column: unknown, definition: Detection | undefined) {
  const entries = Object.entries(parsed(column)).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, raw]) => {
    const setting = raw !== null && typeof raw === 'object' ? (raw as { value?: unknown; origin?: unknown }) : {};
    return {
      name,
      value: clipped(
        typeof setting.value === 'string' ? setting.value : (JSON.stringify(setting.value) ?? ''),
        LIMITS.text,
      ),
      origin: typeof setting.origin === 'string' ? setting.origin : null,
      description: definition?.parameters[name]?.description ?? null,
    };
  });
}

function parsed(column: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof column === 'string' ? JSON.parse(column) : column;
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
