import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { asset } from '../../../cli/package-root.js';
import type { Row } from '../../../ingest/case/database.js';
import { LIMITS } from '../../limits.js';
import { type EvidenceLink, evidenceLinks } from '../../links.js';
import type { SectionContext } from '../section.js';

const responseSchema = z.array(
  z.strictObject({
    id: z.string(),
    role: z.enum(['attacker', 'victim']),
    techniques: z.array(z.string().regex(/^T\d{4}$/)).min(1),
    text: z.string(),
  }),
);
type Response = z.infer<typeof responseSchema>[number];

export interface Action {
  readonly text: string;
  readonly links: readonly EvidenceLink[];
}

/** A host and what to do about it. */
export interface HostActions {
  readonly address: unknown;
  readonly site: unknown;
  readonly names: unknown;
  readonly href: string;
  readonly actions: readonly Action[];
}

/** What to do about the hosts that the report names first: the affected ones, else those that come near. */
export async function hostActions(context: SectionContext): Promise<HostActions[]> {
  const responses = responseSchema.parse(
    parse(readFileSync(asset('reports', 'sections', 'actions', 'responses.yaml'), 'utf8')),
  );
  if (context.facts.affected === 0) return (await context.rows('actions/leads', { hosts: LIMITS.leads })).map(lead);
  return affectedHosts(await context.rows('actions/hosts', { hosts: LIMITS.actionHosts }), responses);
}

/** Below the threshold nothing is certain enough to act on, so there is one thing to do. */
const lead = (row: Row): HostActions => ({
  address: row.profile,
  site: row.site === '' ? null : row.site,
  names: row.names,
  href: '#evidence',
  actions: [
    {
      text: 'Not urgent: read its strongest findings and ask its owner what ran at that time',
      links: evidenceLinks(row.links, 3),
    },
  ],
});

/** Rows of (host, role, technique) as one block per host, its actions in the order of the list. */
function affectedHosts(rows: readonly Row[], responses: readonly Response[]): HostActions[] {
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
