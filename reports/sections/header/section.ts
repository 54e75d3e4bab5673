import type { SectionModule } from '../section.js';

/** Title, traffic span, sharing label, and what the report was narrowed to. */
export const section: SectionModule = {
  build: async ({ options, facts }) => ({
    title: options.title,
    tlp: options.tlp,
    first_ts: facts.firstTs,
    last_ts: facts.lastTs,
    captures: facts.captures,
    flows: facts.flows,
    version: facts.provenance.get('slipstream') ?? null,
    host: options.host,
    since: options.since?.replace(/\.0+$/, '') ?? null,
    until: options.until?.replace(/\.0+$/, '') ?? null,
    narrowed: options.host !== null || options.since !== null || options.until !== null,
  }),
};
