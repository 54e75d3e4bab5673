import type { Group } from '../kind.js';
import type { LabelledRows } from './labelled-rows.js';

/** Groups that are held out together. */
export interface Fold {
  readonly name: string;
  readonly groups: ReadonlySet<number>;
}

/** Folds where the malicious rows are of one family only, by groups. */
const BY_GROUP = 5;

/**
 * Folds for held-out scores: every malicious family is one, with all groups that have rows of it; where there is one
 * family only, its groups are dealt. Groups without malicious rows are dealt over the folds, families together, the
 * biggest first to the fold that has least; as in the bags a group counts by the square root of its rows.
 * @returns undefined when malicious or benign rows come from one group alone: nothing can be held out
 */
export function foldsOf(rows: LabelledRows, groups: readonly Group[]): Fold[] | undefined {
  const malicious = new Map<number, number>();
  const benign = new Map<number, number>();
  for (let i = 0; i < rows.labels.length; i++) {
    const counts = rows.labels[i] ? malicious : benign;
    counts.set(rows.groups[i]!, (counts.get(rows.groups[i]!) ?? 0) + 1);
  }
  const families = new Map<string, number[]>();
  for (const g of [...malicious.keys()].sort((a, b) => a - b)) {
    const family = groups[g]!.family;
    families.set(family, [...(families.get(family) ?? []), g]);
  }
  const parts: { name: string; groups: number[] }[] =
    families.size >= 2
      ? [...families].map(([name, list]) => ({ name, groups: list }))
      : [...malicious.keys()]
          .sort((a, b) => malicious.get(b)! - malicious.get(a)! || a - b)
          .reduce<{ name: string; groups: number[] }[]>((out, g, i) => {
            if (i < BY_GROUP) out.push({ name: groups[g]!.name, groups: [g] });
            else out[i % BY_GROUP]!.groups.push(g);
            return out;
          }, []);
  parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (parts.length < 2 || benign.size < 2) return undefined;
  const sizeOf = (list: readonly number[]): number => list.reduce((sum, g) => sum + Math.sqrt(benign.get(g) ?? 0), 0);
  const load = parts.map((p) => sizeOf(p.groups));
  const kinds = new Map<string, number[]>();
  for (const g of benign.keys()) {
    if (malicious.has(g)) continue;
    const family = groups[g]!.family;
    kinds.set(family, [...(kinds.get(family) ?? []), g]);
  }
  const dealt = [...kinds].sort(([a, x], [b, y]) => sizeOf(y) - sizeOf(x) || (a < b ? -1 : 1));
  for (const [, list] of dealt) {
    const to = load.indexOf(Math.min(...load));
    parts[to]!.groups.push(...list);
    load[to]! += sizeOf(list);
  }
  return parts.map((p) => ({ name: p.name, groups: new Set(p.groups) }));
}
