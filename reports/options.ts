import type { Detection } from '../analysis/detection/definition.js';
import { usageError } from '../cli/errors.js';

/** Labels of the Traffic Light Protocol 2.0. */
export const TLP_LABELS = ['RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR'] as const;
export type Tlp = (typeof TLP_LABELS)[number];

/** What a report shows of a case. */
export interface ReportOptions {
  /** Heading of the report; default `Network traffic report`. */
  readonly title?: string | undefined;
  /** Sharing label: `red`, `amber+strict`, `amber`, `green`, `clear`, with or without `TLP:`. */
  readonly tlp?: string | undefined;
  /** Only findings of, by or against this address. */
  readonly host?: string | undefined;
  /** Only findings from this time on (UTC): `2026-03-02`, `2026-03-02 08:30`, `2026-03-02T08:30:00Z`. */
  readonly since?: string | undefined;
  /** Only findings before this time (UTC). */
  readonly until?: string | undefined;
  /** Remarks of the analyst, in Markdown; HTML in them is shown as text. */
  readonly notes?: string | undefined;
  /** Definitions that explain the findings; default the project's own. */
  readonly detections?: readonly Detection[] | undefined;
}

/** Options after checking. Times are `YYYY-MM-DD HH:MM:SS.ffffff`. */
export interface CheckedOptions {
  readonly title: string;
  readonly tlp: Tlp | null;
  readonly host: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly notes: string | null;
}

/**
 * Checks and normalises options.
 * @throws CliError for a label or a time that is none
 */
export function checkOptions(options: ReportOptions): CheckedOptions {
  const since = timeOption('--since', options.since);
  const until = timeOption('--until', options.until);
  if (since !== null && until !== null && since >= until) throw usageError('--since must be before --until');
  return {
    title: options.title?.trim() || 'Network traffic report',
    tlp: tlpOption(options.tlp),
    host: options.host?.trim().toLowerCase() || null,
    since,
    until,
    notes: options.notes?.replace(/^\uFEFF/, '').trim() || null,
  };
}

function tlpOption(text: string | undefined): Tlp | null {
  if (text === undefined || text.trim() === '') return null;
  const label = text
    .trim()
    .toUpperCase()
    .replace(/^TLP:/, '')
    .replace(/^WHITE$/, 'CLEAR');
  const known = TLP_LABELS.find((t) => t === label);
  if (!known) throw usageError(`--tlp ${JSON.stringify(text)}: one of ${TLP_LABELS.join(', ').toLowerCase()}`);
  return known;
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?Z?$/;

export function timeOption(name: string, text: string | undefined): string | null {
  if (text === undefined || text.trim() === '') return null;
  const match = TIME.exec(text.trim());
  const parts = match && {
    day: match[1]!,
    minute: match[2] ?? '00:00',
    second: match[3] ?? '00',
    rest: match[4] ?? '',
  };
  if (!parts || !isTime(`${parts.day}T${parts.minute}:${parts.second}Z`)) {
    throw usageError(`${name} ${JSON.stringify(text)}: expected a time in UTC such as 2026-03-02T08:30:00Z`);
  }
  return `${parts.day} ${parts.minute}:${parts.second}.${parts.rest.padEnd(6, '0')}`;
}

/** True when the calendar has this time: `2026-02-30` parses in JavaScript, as another day. */
function isTime(iso: string): boolean {
  const ms = Date.parse(iso);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(iso.slice(0, -1));
}
