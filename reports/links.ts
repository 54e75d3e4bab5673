import type { Json } from '@duckdb/node-api';
import { LIMITS } from './limits.js';

/** A reference to a finding; `href` is null when the evidence table does not show it. */
export interface EvidenceLink {
  readonly id: string;
  readonly href: string | null;
}

/** Where the evidence table shows a finding of this rank. */
export const evidenceHref = (id: string, rank: number): string | null => (rank <= LIMITS.evidence ? `#e-${id}` : null);

/** Links of a `list(struct_pack(id, rank))` column. */
export function evidenceLinks(column: Json | undefined, limit: number): EvidenceLink[] {
  return ((column ?? []) as { id: string; rank: number }[])
    .slice(0, limit)
    .map(({ id, rank }) => ({ id, href: evidenceHref(id, Number(rank)) }));
}
