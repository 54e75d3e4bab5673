import type { Database } from '../../ingest/case/database.js';
import type { Detection } from './definition.js';

/** What a run itself brings, such as `intel.ip` of the feeds, whatever the sources. */
export interface RunFacts {
  readonly fields: ReadonlySet<string>;
  /** What to say when none of these is there. */
  readonly missing: (need: readonly string[]) => string;
  /** What the run had of these, for those who read "not found". */
  readonly had?: (need: readonly string[]) => string;
}

/** What the sources of a case can give. */
export interface SourceFields {
  /** By the part before the dot, which no table has as its name. */
  readonly run?: ReadonlyMap<string, RunFacts>;
  readonly sourceIds: readonly string[];
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  readonly kinds: ReadonlyMap<string, string>;
}

/** Reason of a detection that ran, but not for sources of these kinds; `partly_decided` of analysis/macros knows it again. */
export const partlyDecided = (kinds: readonly string[], why: string): string =>
  `not decided for ${kinds.join(', ')} sources ${why}`;

export async function sourceFields(db: Database): Promise<SourceFields> {
  const rows = await db.all<{ source_id: string; field: string }>(
    `SELECT source_id, tbl || '.' || field AS field FROM source_fields ORDER BY source_id, field`,
  );
  const sources = await db.all<{ source_id: string; kind: string }>(
    'SELECT source_id, kind FROM sources ORDER BY source_id',
  );
  const fields = new Map<string, Set<string>>(sources.map((s) => [s.source_id, new Set<string>()]));
  for (const { source_id, field } of rows) fields.get(source_id)?.add(field);
  return {
    sourceIds: sources.map((s) => s.source_id),
    fields,
    kinds: new Map(sources.map((s) => [s.source_id, s.kind])),
  };
}

/** Whether a detection can decide, and for which kinds of source it cannot. */
export function decidable(detection: Detection, have: SourceFields): { able: boolean; reason: string | undefined } {
  const ofRun = (need: string | readonly string[]): RunFacts | undefined =>
    have.run?.get((typeof need === 'string' ? need : need[0]!).split('.')[0]!);
  for (const need of detection.requires) {
    const anyOf = typeof need === 'string' ? [need] : need;
    const facts = ofRun(need);
    if (facts && !anyOf.some((f) => facts.fields.has(f))) return { able: false, reason: facts.missing(anyOf) };
  }
  const had = detection.requires.flatMap((need) => {
    const anyOf = typeof need === 'string' ? [need] : need;
    return ofRun(need)?.had?.(anyOf) ?? [];
  });
  const missingBySource = have.sourceIds.map((id) => {
    const fields = have.fields.get(id)!;
    return detection.requires
      .filter((need) => ofRun(need) === undefined)
      .map((need) => (typeof need === 'string' ? [need] : need))
      .filter((anyOf) => !anyOf.some((f) => fields.has(f)))
      .map((anyOf) => anyOf.join(' or '));
  });
  if (missingBySource.every((m) => m.length === 0))
    return { able: true, reason: had.length > 0 ? had.join(', ') : undefined };
  const able = missingBySource.some((m) => m.length === 0);
  const missing = [...new Set(missingBySource.flat())].sort().join(', ');
  const kinds = [
    ...new Set(have.sourceIds.filter((_, i) => missingBySource[i]!.length > 0).map((id) => have.kinds.get(id)!)),
  ].sort();
  return {
    able,
    reason: able ? [partlyDecided(kinds, `without ${missing}`), ...had].join('; ') : `no source gives ${missing}`,
  };
}
