import type { SectionContext } from './sections/section.js';

/** Title of a detection; its id when the definition is not at hand. */
export const titleOf = (context: Pick<SectionContext, 'detections'>, id: string): string =>
  context.detections.get(id)?.title ?? id;
