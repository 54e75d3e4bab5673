import { titleOf } from '../../detection-title.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import type { SectionModule } from '../section.js';

/** What the whitelist kept out of the score, and why. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('query', {
      text: LIMITS.text,
      links: LIMITS.linksPerFinding,
      suppressed: LIMITS.suppressed,
    });
    return {
      rows: rows.map((row) => ({
        rule: clipped(String(row.rule), LIMITS.text),
        reason: clipped(String(row.reason), LIMITS.text),
        findings: Number(row.findings),
        detections: (row.detections as string[]).map((d) => titleOf(context, d)),
        links: evidenceLinks(row.links, LIMITS.linksPerFinding),
        more: Math.max(0, Number(row.findings) - LIMITS.linksPerFinding),
      })),
      more: Number(rows[0]?.groups ?? 0) - rows.length,
    };
  },
};
