import { titleOf } from '../../detection-title.js';
import { counted } from '../../format/numbers.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import { hostActions } from '../actions/host-actions.js';
import type { SectionModule } from '../section.js';
import { caveatsOf } from './caveats.js';
import { verdictOf } from './verdict.js';

/** The answer, who is affected, the numbers, and what weakens the answer. */
export const section: SectionModule = {
  async build(context) {
    const { facts } = context;
    const affected = await context.rows('worst');
    const worst = affected.length > 0 ? affected : await context.rows('leads', { hosts: LIMITS.leads });
    const actions = new Map((await hostActions(context)).map((h) => [`${h.site ?? ''} ${h.address}`, h.actions[0]]));
    return {
      ...verdictOf(facts),
      worst: worst.map((host) => ({
        href: affected.length > 0 ? `#host-${host.n}` : (evidenceLinks(host.links, 1)[0]?.href ?? '#evidence'),
        address: host.profile,
        site: host.site === '' ? null : host.site,
        names: host.names,
        score: host.score,
        alerts: Number(host.alerts),
        first_ts: host.first_ts,
        last_ts: host.last_ts,
        why: (host.detections as string[]).slice(0, 4).map((d) => titleOf(context, d)),
        more: Math.max(0, (host.detections as string[]).length - 4),
        action: actions.get(`${host.site} ${host.profile}`)?.text ?? null,
      })),
      more_hosts: Math.max(0, facts.affected + facts.leads - worst.length),
      more_href: affected.length > 0 ? '#hosts' : '#evidence',
      tiles: [
        { label: 'Alerts', value: facts.alerts, note: `on ${counted(facts.affected + facts.attackers, 'host')}` },
        {
          label: 'Evidence',
          value: facts.evidence,
          note: facts.suppressed === 0 ? 'none suppressed' : `${counted(facts.suppressed, 'finding')} suppressed`,
        },
        { label: 'Hosts', value: facts.hosts, note: `${counted(facts.localHosts, 'local host')}` },
        { label: 'Time windows', value: facts.windows, note: 'with traffic' },
        { label: 'Flows', value: facts.flows, note: `from ${counted(facts.captures, 'capture')}` },
      ],
      levels: (await context.rows('levels')).map((l) => ({ level: l.level, findings: Number(l.findings) })),
      caveats: caveatsOf(facts),
    };
  },
};
