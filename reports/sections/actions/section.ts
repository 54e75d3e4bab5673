import { LIMITS } from '../../limits.js';
import type { SectionModule } from '../section.js';
import { blockList } from './block-list.js';
import { hostActions } from './host-actions.js';

/** What to do about each host that the verdict names, and rules for a firewall. */
export const section: SectionModule = {
  async build(context) {
    const { facts } = context;
    const hosts = await hostActions(context);
    const blocked = await context.rows('block', { blocked: LIMITS.blocked });
    if (hosts.length === 0 && blocked.length === 0) return null;
    return {
      hosts,
      more_hosts: Math.max(0, facts.affected - hosts.length),
      rules: blocked.length === 0 ? null : blockList(blocked),
      blocked: blocked.length,
      more_blocked: Number(blocked[0]?.total ?? 0) - blocked.length,
    };
  },
};
