import type { CaseStore } from './case/case-store.js';
import type { FileHead } from './scan/file-head.js';
import type { ScannedFile } from './scan/scan-file.js';

export type InputKind = 'zeek' | 'suricata' | 'argus' | 'nfdump' | 'pcap';
export const INPUT_KINDS: readonly InputKind[] = ['pcap', 'zeek', 'suricata', 'argus', 'nfdump'];

/** How files of one kind form sources: all files of a folder, or each file alone. */
export type SourceGrouping = 'folder' | 'file';

/** Choices of a run that change what is read. */
export interface ReadOptions {
  /** `malicious` or `benign` for every flow of the input (`--label`). */
  readonly label?: string;
  /** BPF expression for packet captures. */
  readonly bpf?: string;
  /** TCP inactivity timeout of the flow engine in seconds. */
  readonly tcpInactivity?: number;
  /** Hash transferred files of packet captures. */
  readonly hashFiles?: boolean;
  /** Leave out packets with wrong checksums. */
  readonly checksums?: boolean;
}

/** A reject: `place` is `line N`, `record N`, `offset N` or `file`. */
export interface Reject {
  readonly place: string;
  readonly reason: string;
  readonly sample?: string | undefined;
}

/** What a reader gets to load one capture; it runs inside the capture's transaction. */
export interface LoadContext {
  readonly store: CaseStore;
  readonly captureId: string;
  readonly sourceId: string;
  /** The scanned file: plain bytes at `file.plainPath`. */
  readonly file: ScannedFile;
  /** First free flow_id: new flows get `flowBase`, `flowBase + 1`, … in row order. */
  readonly flowBase: bigint;
  /** Set when a grown capture is continued: read from this byte on; `line` is the number of lines before it. */
  readonly resume: { readonly byte: number; readonly line: number } | undefined;
  /** Highest `row` that the capture already has in a table (0 for a new capture): new rows go on from there. */
  rowBase(table: string): number;
  readonly options: ReadOptions;
  /** Set on the second attempt, after `NeedsCarefulRead`: check every line before DuckDB sees it. */
  readonly careful: boolean;
  /** Records a reject. Samples are cut to 200 bytes and made printable. */
  reject(reject: Reject): void;
  /** A word for the user about this file (shown once, kept in captures.details.warnings). */
  warn(message: string): void;
  /** Progress: records so far. */
  progress(done: number): void;
}

/**
 * Thrown by `load` when DuckDB's own reader cannot take the file as it is. An error ends a DuckDB transaction, so
 * the capture is rolled back and loaded again with `careful` set.
 */
export class NeedsCarefulRead extends Error {
  override readonly name = 'NeedsCarefulRead';
}

export interface LoadResult {
  /** Records of the file that were read: with the rejects, all that the format's own tool would count. */
  readonly records: number;
  /** Tables that got rows. */
  readonly tables: Iterable<string>;
  /** Fields the source can give, as `table.column` (`flows.history`). */
  readonly fields: Iterable<string>;
  /** First and last time in the file, microseconds, where its rows do not tell. */
  readonly span?: readonly [number, number];
  /** Facts for captures.details; JSON-safe, no absolute paths. */
  readonly details?: Record<string, unknown>;
}

/** Loads captures that go on where the one before ended as one stream, so that flows cross them. */
export interface SeriesReader {
  /** The files that may be parts of a stream, in its order; the others are loaded alone. */
  order(files: readonly ScannedFile[]): Promise<readonly SeriesMember[]>;
  /**
   * Loads as many of `members` as belong together, from the first, in one transaction.
   * @param begin makes the context of a member when its turn has come
   * @throws MemberFailed
   */
  load(members: readonly SeriesMember[], begin: (k: number) => Promise<LoadContext>): Promise<LoadResult[]>;
}

/** Thrown by `SeriesReader.load`: a member cannot be read (`cause` says why); the others may still be a stream. */
export class MemberFailed extends Error {
  override readonly name = 'MemberFailed';
  constructor(
    readonly member: number,
    override readonly cause: unknown,
  ) {
    super(`member ${member} of a series cannot be read`);
  }
}

/** A file of a series and the time of its first record, microseconds. */
export interface SeriesMember {
  readonly file: ScannedFile;
  readonly ts: number;
}

/** A reader turns files of one kind into rows of the record tables. `ingest/<kind>/reader.ts` exports it as `reader`. */
export interface Reader {
  readonly kind: InputKind;
  readonly grouping: SourceGrouping;
  /** True for line-based text: the hashing pass then also counts lines and looks for bad bytes. */
  readonly text: boolean;
  /** A grown file can be read from where the known one ended (`LoadContext.resume`); else it is read anew. */
  readonly continues: boolean;
  /** Says what the file is (`conn.log, TSV`), or undefined when it is not of this kind. By content, never by name alone. */
  recognise(head: FileHead): string | undefined;
  /**
   * Called once before files are read.
   * @throws CliError for options with which no file of this kind can be read
   */
  check?(options: ReadOptions): void;
  /** Loads one capture. */
  load(context: LoadContext): Promise<LoadResult>;
  /** Captures of a source that were given together and may be one stream. */
  readonly series?: SeriesReader;
  /** After all captures of a source are loaded, in the last transaction: joins across files. */
  finishSource?(store: CaseStore, sourceId: string): Promise<void>;
}
