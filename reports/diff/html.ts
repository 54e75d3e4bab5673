import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Row } from '../../ingest/case/database.js';
import { TemplateEngine } from '../engine.js';
import { clipped, showable } from '../format/text.js';
import { type CaseDiff, type Listed, reasons } from './diff.js';

interface Part {
  readonly id: string;
  readonly title: string;
  readonly data: Record<string, unknown>;
}

/** A difference as one HTML page in the style of the report: no network, the same bytes for the same cases. */
export function diffHtml(diff: CaseDiff, before: string, after: string): string {
  const engine = new TemplateEngine(partials());
  const template = read('sections.hbs');
  const style = text('styles.css');
  const script = text('page.js');
  const sections = parts(diff).map(({ id, title, data }) => {
    const blank = { numbers: null, reasons: null, hosts: null, evidence: null, empty: null, more: null };
    const html = engine.fill(template, showable({ ...blank, ...data }) as Record<string, unknown>);
    return { id, title, nav: title, html: html.replace(/\n+/g, '\n').trim() };
  });
  return engine.fill('{{> page}}', {
    title: 'Two analyses compared',
    policy: `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`,
    style,
    script,
    top: [{ html: engine.fill(read('header.hbs'), showable({ before, after }) as Record<string, unknown>) }],
    sections,
  });
}

function parts(diff: CaseDiff): Part[] {
  const why = reasons(diff.why);
  const { gained, lost, changed } = diff.evidence;
  return [
    { id: 'numbers', title: 'Numbers', data: { numbers: diff.numbers } },
    {
      id: 'why',
      title: 'Why',
      data: why.length > 0 ? { reasons: why } : { empty: 'The same inputs, configuration, rules, models and feeds.' },
    },
    {
      id: 'hosts',
      title: 'Hosts changed',
      data: listed(diff.hosts, 'hosts', (r) => r, 'No host has another score or another alert.'),
    },
    { id: 'gained', title: 'Findings gained', data: listed(gained, 'evidence', finding, 'None.') },
    { id: 'lost', title: 'Findings lost', data: listed(lost, 'evidence', finding, 'None.') },
    { id: 'changed', title: 'Findings changed', data: listed(changed, 'evidence', finding, 'None.') },
  ];
}

function listed(list: Listed, name: string, shape: (row: Row) => unknown, empty: string): Record<string, unknown> {
  if (list.total === 0) return { empty };
  return { [name]: list.rows.map(shape), more: list.total - list.rows.length };
}

const finding = (r: Row): unknown => ({
  ...r,
  description: clipped(String(r.description), 400),
  what: (r.what as string[]).join(', ') || null,
  why: (r.why as string[]).join(', ') || null,
});

const text = (file: string): string => readFileSync(asset('reports', 'templates', file), 'utf8').trim();
const read = (file: string): string => readFileSync(asset('reports', 'diff', file), 'utf8').trim();
const hash = (content: string): string => `sha256-${createHash('sha256').update(content).digest('base64')}`;

function partials(): Record<string, string> {
  const files = readdirSync(asset('reports', 'templates')).filter((f) => f.endsWith('.hbs'));
  return Object.fromEntries(files.sort().map((f) => [f.slice(0, -4), text(f)]));
}
