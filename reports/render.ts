import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { loadDetections } from '../analysis/detection/registry.js';
import { asset } from '../cli/package-root.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import { readFacts } from './case-facts.js';
import { TemplateEngine } from './engine.js';
import { showable } from './format/text.js';
import { checkOptions, type ReportOptions } from './options.js';
import { setScope } from './scope.js';
import { loadSections, sectionSql } from './sections/registry.js';
import type { Section, SectionContext, SectionData } from './sections/section.js';

export type { ReportOptions } from './options.js';

interface Built {
  readonly section: Section;
  readonly data: SectionData;
  readonly context: SectionContext;
}

/**
 * The report of a case as one HTML page: no network, the same bytes for the same case and options.
 * Reads the case only; what it computes lives in temporary tables of the connection.
 * @throws CliError for options that make no sense
 */
export async function renderReport(store: CaseStore, options: ReportOptions = {}): Promise<string> {
  const { built, title } = await build(store, options);
  const engine = new TemplateEngine(templates('.hbs'));
  const sections = built.map(({ section, data, context }) => {
    const charts = section.module.charts?.(data, context) ?? {};
    const model = { ...(showable(data) as SectionData), charts };
    return {
      id: section.name,
      title: section.title,
      nav: section.nav,
      bare: section.bare,
      html: engine.fill(section.template, model),
    };
  });
  const style = templates('.css').styles!;
  const script = templates('.js').page!;
  return engine.fill('{{> page}}', {
    title: showable(title),
    policy: `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`,
    style,
    script,
    top: sections.filter((s) => s.bare),
    sections: sections.filter((s) => !s.bare),
  });
}

/** The same content as plain data, for `--json`: title and, by name, what each section holds. */
export async function reportData(store: CaseStore, options: ReportOptions = {}): Promise<Record<string, unknown>> {
  const { built, title, scope } = await build(store, options);
  return { title, ...scope, sections: Object.fromEntries(built.map(({ section, data }) => [section.name, data])) };
}

async function build(store: CaseStore, options: ReportOptions) {
  const checked = checkOptions(options);
  const { db } = store;
  await setScope(db, checked);
  const facts = await readFacts(db);
  const detections = new Map((options.detections ?? loadDetections()).map((d) => [d.id, d]));
  const built: Built[] = [];
  for (const section of await loadSections()) {
    const context: SectionContext = {
      options: checked,
      db,
      facts,
      detections,
      rows: (file, values) => db.all(sectionSql(file.includes('/') ? file : `${section.name}/${file}`), values),
    };
    const data = await section.module.build(context);
    if (data) built.push({ section, data, context });
  }
  const { title, ...scope } = checked;
  return { built, title, scope };
}

/** Files of `templates/` with an extension, by name. */
function templates(extension: string): Record<string, string> {
  const files = readdirSync(asset('reports', 'templates')).filter((f) => f.endsWith(extension));
  return Object.fromEntries(
    files
      .sort()
      .map((f) => [f.slice(0, -extension.length), readFileSync(asset('reports', 'templates', f), 'utf8').trim()]),
  );
}

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
