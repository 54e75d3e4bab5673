import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { asset } from '../../../cli/package-root.js';
import type { Row } from '../../../ingest/case/database.js';
import { LIMITS } from '../../limits.js';
import { type EvidenceLink, evidenceLinks } from '../../links.js';
import type { SectionModule } from '../section.js';
import { blockList } from './block-list.js';

const responseSchema = z.array(
  z.strictObject({
    id: z.string(),
    role: z.enum(['attacker', 'victim']),
    techniques: z.array(z.string().regex(/^T\d{4}$/)).min(1),
    text: z.string(),
  }),
);
type Response = z.infer<typeof responseSchema>[number];

interface Action {
  readonly text: string;
  readonly links: readonly EvidenceLink[];
}

/** What to do about each affected host, and rules for a firewall. */
export const section: SectionModule = {
  async build(context) {
    const { facts } = context;
    const responses = responseSchema.parse(
      parse(readFileSync(asset('reports', 'sections', 'actions', 'responses.yaml'), 'utf8')),
    );
    const hosts = hostActions(await context.rows('hosts', { hosts: LIMITS.actionHosts }), responses);
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

/** Rows of (host, role, technique) as one block per host, its actions in the order of the list. */
function hostActions(rows: readonly Row[], responses: readonly Response[]) {
  const hosts = new Map<unknown, Row[]>();
  for (const row of rows) hosts.set(row.n, [...(hosts.get(row.n) ?? []), row]);
  return [...hosts.values()].map((of) => ({
    address: of[0]!.profile,
    site: of[0]!.site === '' ? null : of[0]!.site,
    names: of[0]!.names,
    href: `#host-${of[0]!.n}`,
    actions: actionsOf(of, responses),
  }));
}

function actionsOf(rows: readonly Row[], responses: readonly Response[]): Action[] {
  const actions = responses.flatMap((response): Action[] => {
    const why = rows.filter(
      (r) => r.role === response.role && response.techniques.includes(String(r.technique).slice(0, 5)),
    );
    if (why.length === 0) return [];
    const links = new Map(why.flatMap((r) => evidenceLinks(r.links, 3)).map((l) => [l.id, l]));
    return [{ text: response.text, links: [...links.values()].slice(0, 3) }];
  });
  return actions.length > 0
    ? actions
    : [{ text: 'Read its findings below and ask its owner what ran at that time', links: [] }];
}
