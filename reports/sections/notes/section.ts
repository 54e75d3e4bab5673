import type { SectionModule } from '../section.js';
import { markdown } from './markdown.js';

/** What the analyst wrote, where notes were given. */
export const section: SectionModule = {
  async build(context) {
    return context.options.notes === null ? null : { notes: context.options.notes };
  },
  charts: (_, context) => ({ notes: markdown(context.options.notes ?? '') }),
};
