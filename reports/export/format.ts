import type { CaseStore } from '../../ingest/case/case-store.js';

/** Choices of an export. */
export interface ExportOptions {
  /** Sharing label, `AMBER` and the like; null: none. */
  readonly tlp: string | null;
}

/** What a format gets to write. */
export interface ExportContext {
  readonly store: CaseStore;
  /** A new folder, or the path of a new file: it becomes the output once all is written. */
  readonly path: string;
  readonly options: ExportOptions;
  readonly progress: (step: string, done: number, total: number) => void;
}

/** What was written. */
export interface ExportSummary {
  readonly files: number;
  /** Rows, findings or techniques: whatever the format counts. */
  readonly rows: number;
  /** What the format cannot hold, in words. */
  readonly leftOut: readonly string[];
}

/** A way out of the tool. `reports/export/<folder>/export.ts` exports `formats`, usually one. */
export interface ExportFormat {
  readonly name: string;
  /** One line for the help. */
  readonly title: string;
  readonly shape: 'file' | 'folder';
  /** For files: whether the beginning of an existing file is an export of this format, so that it may be replaced. */
  ours?(head: string): boolean;
  write(context: ExportContext): Promise<ExportSummary>;
}
