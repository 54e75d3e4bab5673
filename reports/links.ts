import type { Json } from '@duckdb/node-api';

/** A reference to a finding; `href` is null when the evidence table does not show it. */
export interface EvidenceLink {
  readonly id: string;
  readonly href: string | null;
}

/** Links of a `list(struct_pack(id, shown))` column. */
export function evidenceLinks(column: Json | undefined, limit: number): EvidenceLink[] {
  return ((column ?? []) as { id: string; shown: boolean }[])
    .slice(0, limit)
    .map(({ id, shown }) => ({ id, href: shown ? `#e-${id}` : null }));
}
