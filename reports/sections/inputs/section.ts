import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import type { SectionModule } from '../section.js';

/** The captures with their hashes, and the records that were left out. */
export const section: SectionModule = {
  async build(context) {
    const { facts } = context;
    const captures = await context.rows('captures', { captures: LIMITS.captures, text: LIMITS.text });
    const rejects = await context.rows('rejects', {
      rejects: LIMITS.rejects,
      places: LIMITS.placesPerReject,
      text: LIMITS.text,
    });
    return {
      total: facts.captures,
      records: facts.records,
      rejected: facts.rejected,
      captures: captures.map((c) => ({
        path: clipped(String(c.path), LIMITS.text),
        kind: c.kind,
        site: c.site === '' ? null : c.site,
        sha256: c.sha256,
        bytes: Number(c.bytes),
        records: Number(c.records),
        rejected: Number(c.rejected),
        first_ts: c.first_ts,
        last_ts: c.last_ts,
        live: c.status === 'live',
      })),
      more_captures: facts.captures - captures.length,
      rejects: rejects.map((r) => ({
        path: clipped(String(r.path), LIMITS.text),
        reason: clipped(String(r.reason), LIMITS.text),
        records: Number(r.records),
        places: r.places,
        more_places: Math.max(0, Number(r.records) - LIMITS.placesPerReject),
      })),
      more_rejects: Number(rejects[0]?.groups ?? 0) - rejects.length,
    };
  },
};
