/** What kind of thing a difference is about. */
export type DifferenceKind =
  | 'input'
  | 'configuration'
  | 'rule'
  | 'program'
  | 'package'
  | 'model'
  | 'feed'
  | 'output'
  | 'case'
  | 'manifest'
  | 'rerun';

/** One thing that is not as the manifest says. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** What it is called: a file, a table, an option, a package. */
  readonly name: string;
  readonly problem: 'changed' | 'missing' | 'added' | 'unreadable';
  /** A few words where the name does not say it all. */
  readonly detail?: string;
  readonly recorded?: string;
  readonly found?: string;
}

/** Differences between two maps of name to hash (or version, or value). */
export function compareMaps(
  kind: DifferenceKind,
  recorded: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
  name: (key: string) => string = (key) => key,
): Difference[] {
  const keys = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
  return keys.flatMap((key): Difference[] => {
    const was = Object.hasOwn(recorded, key) ? recorded[key] : undefined;
    const is = Object.hasOwn(found, key) ? found[key] : undefined;
    if (was === is) return [];
    return [
      {
        kind,
        name: name(key),
        problem: is === undefined ? 'missing' : was === undefined ? 'added' : 'changed',
        ...(was === undefined ? {} : { recorded: was }),
        ...(is === undefined ? {} : { found: is }),
      },
    ];
  });
}
