import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';
import type { Section, SectionModule } from './section.js';

const sectionSchema = z.strictObject({
  /** Place in the report, from the top. */
  order: z.number().int(),
  title: z.string().min(1),
  /** Title in the contents when a shorter one reads better; false: not listed. */
  nav: z.union([z.string(), z.literal(false)]).optional(),
  bare: z.boolean().default(false),
});

const plain: SectionModule = { build: async (context) => ({ rows: await context.rows('query') }) };

/** All sections: every folder beside this file that has a `section.yaml`, in order. */
export async function loadSections(): Promise<readonly Section[]> {
  const here = dirname(fileURLToPath(import.meta.url));
  const out: Section[] = [];
  for (const name of readdirSync(asset('reports', 'sections')).sort()) {
    const definition = asset('reports', 'sections', name, 'section.yaml');
    if (!existsSync(definition)) continue;
    const { order, title, nav, bare } = parseYaml(definition, sectionSchema);
    const file = ['section.js', 'section.ts'].map((f) => join(here, name, f)).find((f) => existsSync(f));
    out.push({
      name,
      order,
      title,
      nav: nav === false ? null : (nav ?? title),
      bare,
      template: unindented(readFileSync(asset('reports', 'sections', name, 'section.hbs'), 'utf8')),
      module: file ? ((await import(pathToFileURL(file).href)) as { section: SectionModule }).section : plain,
    });
  }
  return out.sort((a, b) => a.order - b.order);
}

/** Indentation is for those who edit a template; in a row that comes 2,000 times it is weight. */
const unindented = (template: string): string => template.replace(/\n[ \t]+/g, '\n').trim();

/** Text of a section's `.sql` file: `hosts/peers`. */
export const sectionSql = (file: string): string => readFileSync(asset('reports', 'sections', `${file}.sql`), 'utf8');
