import { titleOf } from '../../detection-title.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import type { SectionModule } from '../section.js';

/** Alerts of addresses outside the local networks. */
export const section: SectionModule = {
  async build(context) {
    if (context.facts.attackers === 0) return null;
    const rows = await context.rows('query', { links: LIMITS.linksPerFinding, attackers: LIMITS.attackers });
    return {
      hosts: rows.map((host) => ({
        address: host.profile,
        site: host.site === '' ? null : host.site,
        names: host.names,
        network: host.as_org,
        country: host.country,
        score: host.score,
        alerts: Number(host.alerts),
        first_ts: host.first_ts,
        last_ts: host.last_ts,
        why: (host.detections as string[]).slice(0, 3).map((d) => titleOf(context, d)),
        links: evidenceLinks(host.links, LIMITS.linksPerFinding),
      })),
      more: context.facts.attackers - rows.length,
    };
  },
};
