/** What can be wrong with a capture file without making it unreadable. */
export type ProblemKind =
  | 'file-cut'
  | 'record-too-large'
  | 'caplen-exceeds-length'
  | 'empty-record'
  | 'bad-block-length'
  | 'bad-block'
  | 'unknown-interface'
  | 'unsupported-linktype'
  | 'compressed-data-cut'
  | 'compressed-data-bad'
  | 'second-header'
  | 'no-time'
  | 'bad-fraction'
  | 'time-steps-back';

/** One kind of problem: how often it occurred and where it was first seen. */
export interface Problem {
  readonly kind: ProblemKind;
  count: number;
  /** The first few places: index of the file in the series and byte offset in the (decompressed) stream. */
  readonly places: { file: number; offset: number; detail: string | undefined }[];
}

const MAX_PLACES = 5;

/** Counts problems by kind and keeps the first places of each. */
export class Problems {
  private readonly files: Map<ProblemKind, Problem>[] = [];

  /** Record one problem. `offset` is in bytes of the decompressed stream. */
  add(kind: ProblemKind, file: number, offset: number, detail?: string): void {
    while (this.files.length <= file) this.files.push(new Map());
    const kinds = this.files[file]!;
    let problem = kinds.get(kind);
    if (!problem) {
      problem = { kind, count: 0, places: [] };
      kinds.set(kind, problem);
    }
    problem.count++;
    if (problem.places.length < MAX_PLACES) problem.places.push({ file, offset, detail });
  }

  /** Problems of one file, in order of their first places. */
  of(file: number): Problem[] {
    const first = ({ places }: Problem): number => places[0]!.offset;
    return [...(this.files[file]?.values() ?? [])].sort((a, b) => first(a) - first(b) || (a.kind < b.kind ? -1 : 1));
  }

  /** All problems, in order of kind. */
  list(): Problem[] {
    const all = new Map<ProblemKind, Problem>();
    for (const kinds of this.files) {
      for (const { kind, count, places } of kinds.values()) {
        const before = all.get(kind);
        all.set(kind, {
          kind,
          count: (before?.count ?? 0) + count,
          places: [...(before?.places ?? []), ...places].slice(0, MAX_PLACES),
        });
      }
    }
    return [...all.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }
}

/** Why a file is no capture at all. */
export type RefusalReason = 'empty-file' | 'header-cut' | 'not-a-capture' | 'unsupported-linktype' | 'unreadable';

/** The input cannot be read as a capture; `message` is meant for the user. */
export class CaptureRefused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'CaptureRefused';
    this.reason = reason;
  }
}
