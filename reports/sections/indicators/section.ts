import { titleOf } from '../../detection-title.js';
import { defanged } from '../../format/defang.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import type { SectionModule } from '../section.js';

const KINDS: Readonly<Record<string, string>> = {
  ip: 'address',
  domain: 'name',
  url: 'URL',
  ja3: 'JA3',
  ja3s: 'JA3S',
  ja4: 'JA4',
};

/** What the findings name outside the own network, written so that nothing turns it into a link. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('query', { links: LIMITS.linksPerFinding, indicators: LIMITS.indicators });
    if (rows.length === 0) return null;
    return {
      indicators: rows.map((row) => ({
        text: defanged(clipped(String(row.indicator), LIMITS.text)),
        kind: KINDS[String(row.kind)] ?? row.kind,
        side: row.side,
        in_alert: row.in_alert,
        level: row.level,
        where: [row.country, row.as_org].filter((t) => t !== null && t !== '').join(' · ') || null,
        hosts: Number(row.hosts),
        findings: Number(row.findings),
        first_ts: row.first_iso,
        last_ts: row.last_iso,
        why: (row.detections as string[]).slice(0, 3).map((d) => titleOf(context, d)),
        links: evidenceLinks(row.links, 3),
        more: Math.max(0, Number(row.findings) - 3),
      })),
      more: Number(rows[0]!.total) - rows.length,
    };
  },
};
