import { basename } from 'node:path';
import { CliError, inputError } from '../cli/errors.js';
import { finishCase } from './capture/finish-case.js';
import { knownCaptures } from './capture/known-captures.js';
import { assignSources, type CaptureJob, loadCapture } from './capture/load-capture.js';
import { loadSeries } from './capture/load-series.js';
import type { CaseStore } from './case/case-store.js';
import { expandInputs, type InputFile } from './inputs.js';
import type { InputKind, Reader, ReadOptions } from './reader.js';
import { readers } from './readers.js';
import { type FileHead, readHead } from './scan/file-head.js';
import { type ScannedFile, scanFile } from './scan/scan-file.js';

export interface IngestOptions extends ReadOptions {
  /** Keeps equal private networks of different places apart; default the empty string. */
  readonly site?: string;
  /** Read every input as this kind instead of by content. */
  readonly kind?: InputKind;
  /** Captures that go on where another one ended are one stream (default true). */
  readonly streams?: boolean;
  readonly progress?: (message: string, done: number, total: number) => void;
  readonly warn?: (message: string) => void;
}

/** What became of one input file. */
export interface FileResult {
  readonly path: string;
  readonly kind: InputKind | 'unknown';
  readonly what: string;
  readonly status: 'read' | 'continued' | 'known' | 'skipped' | 'failed';
  readonly captureId?: string;
  /** Where the file was on this machine. */
  readonly location?: string;
  readonly records: number;
  readonly rejected: number;
  readonly message?: string;
}

/** Names that promise packets: what is inside must be packets, or somebody has to say what it is. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap)$/i;

interface Recognised {
  readonly input: InputFile;
  readonly head: FileHead;
  readonly reader: Reader;
  readonly what: string;
}

/**
 * Reads inputs (arguments as a user gives them, or files already found) into a case. A bad file is reported and the others are read.
 * Each capture is one transaction; what a killed run left behind goes when the case is next opened.
 * @throws CliError when no input could be read at all
 */
export function ingest(
  store: CaseStore,
  inputs: readonly (string | InputFile)[],
  options: IngestOptions = {},
): Promise<FileResult[]> {
  return store.streaming(() => readAll(store, inputs, options));
}

async function readAll(
  store: CaseStore,
  inputs: readonly (string | InputFile)[],
  options: IngestOptions,
): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const given = expandInputs(inputs.filter((i) => typeof i === 'string'));
  const found = inputs.filter((i) => typeof i !== 'string');
  const files = await recognise([...given, ...found], options, results);
  const total = files.length;
  const scanned: { file: Recognised; scan: ScannedFile }[] = [];
  for (const reader of new Set(files.map((file) => file.reader))) reader.check?.(options);
  const known = await knownCaptures(store.db);
  for (const [i, file] of files.entries()) {
    options.progress?.(`hashing ${file.input.shown}`, i, total);
    try {
      const scan = await scanFile(file.head, {
        text: file.reader.text,
        tempDir: store.tempDir,
        prefixSizes: known.filter((k) => k.kind === file.reader.kind).map((k) => k.bytes),
      });
      scanned.push({ file, scan });
    } catch (error) {
      results.push(failed(file, error));
    }
  }
  const jobs = await assignSources(
    store.db,
    scanned.map(({ file, scan }) => ({ ...file, scan, options })),
  );
  const streamed = options.streams === false ? new Map<CaptureJob, FileResult>() : await loadStreams(store, jobs);
  for (const [i, job] of jobs.entries()) {
    options.progress?.(`reading ${job.input.shown}`, i, total);
    try {
      results.push(streamed.get(job) ?? (await loadCapture(store, job)));
    } catch (error) {
      if (!(error instanceof CliError) && isFatal(error)) throw fatal(store, error);
      results.push(failed(job, error));
    }
  }
  try {
    await finishCase(store, await readers());
  } catch (error) {
    throw isFatal(error) ? fatal(store, error) : error;
  }
  await countAfterDuplicates(store, results);
  results.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  requireSomething(results);
  return results;
}

/** Captures that were given together and go on where another ended are read as one stream. */
async function loadStreams(store: CaseStore, jobs: readonly CaptureJob[]): Promise<Map<CaptureJob, FileResult>> {
  const bySource = new Map<string, CaptureJob[]>();
  for (const job of jobs) {
    if (job.reader.series) bySource.set(job.sourceId, [...(bySource.get(job.sourceId) ?? []), job]);
  }
  const out = new Map<CaptureJob, FileResult>();
  for (const group of bySource.values()) {
    try {
      await loadSeries(store, group, out);
    } catch (error) {
      if (!(error instanceof CliError) && isFatal(error)) throw fatal(store, error);
      const { input, options } = group[0]!;
      options.warn?.(
        `${input.shown} and the files with it are read one by one, flows that cross them count twice: ${shortMessage(error)}`,
      );
    }
  }
  return out;
}

/** Duplicate uids become rejects once all files are in: the numbers of the case, not those of the first pass. */
async function countAfterDuplicates(store: CaseStore, results: FileResult[]): Promise<void> {
  const rows = await store.db.all<{ id: string; records: string; rejected: string }>(
    'SELECT capture_id AS id, records, rejected FROM captures ORDER BY capture_id',
  );
  const counts = new Map(rows.map((r) => [r.id, r]));
  for (const [i, r] of results.entries()) {
    const now = r.captureId === undefined ? undefined : counts.get(r.captureId);
    if (now && r.status !== 'known') {
      results[i] = { ...r, records: Number(now.records), rejected: Number(now.rejected) };
    }
  }
}

async function recognise(inputs: InputFile[], options: IngestOptions, results: FileResult[]): Promise<Recognised[]> {
  const all = await readers();
  const candidates = options.kind ? all.filter((r) => r.kind === options.kind) : all;
  const out: Recognised[] = [];
  for (const input of inputs) {
    const note = (status: 'skipped' | 'failed', message: string): void => {
      results.push({ path: input.shown, kind: 'unknown', what: '', status, records: 0, rejected: 0, message });
    };
    try {
      const head = readHead(input.path, basename(input.shown));
      if (head.bytes.length === 0) {
        const empty = head.damaged
          ? `the ${head.compression} data is damaged or cut, nothing can be read`
          : 'empty file';
        note(input.explicit || head.damaged ? 'failed' : 'skipped', empty);
        continue;
      }
      const match = candidates
        .map((reader) => ({ reader, what: reader.recognise(head) }))
        .find((m): m is { reader: Reader; what: string } => m.what !== undefined);
      if (match && !options.kind && match.reader.text && CAPTURE_NAME.test(head.name)) {
        const { kind } = match.reader;
        note('failed', `not a packet capture but ${match.what}; rename it, or read it with --kind ${kind}`);
      } else if (match) out.push({ input, head, ...match });
      else if (options.kind) note(input.explicit ? 'failed' : 'skipped', `not a ${options.kind} capture`);
      else
        note(
          input.explicit ? 'failed' : 'skipped',
          'not a capture of a known kind (pcap, Zeek, Suricata, Argus, nfdump)',
        );
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      note('failed', code === 'EACCES' ? 'permission denied' : error instanceof Error ? error.message : String(error));
    }
  }
  return out;
}

function failed(file: Recognised, error: unknown): FileResult {
  return {
    path: file.input.shown,
    kind: file.reader.kind,
    what: file.what,
    status: 'failed',
    records: 0,
    rejected: 0,
    message: shortMessage(error),
  };
}

/** The first line of an error, without the path of this machine's files doubled in it. */
export function shortMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 500);
}

/** Errors after which going on with the next file makes no sense. */
function isFatal(error: unknown): boolean {
  return /no space left|disk full|Out of Memory|could not allocate|FATAL|database has been invalidated/i.test(
    error instanceof Error ? error.message : String(error),
  );
}

function fatal(store: CaseStore, error: unknown): CliError {
  const text = shortMessage(error);
  if (/no space left|disk full/i.test(text)) {
    return new CliError(
      `${store.path}: disk full while writing the case; captures read before are kept, free space and run again`,
    );
  }
  if (/Out of Memory|allocate/i.test(text)) {
    return new CliError(`${store.path}: memory limit reached (${text}); raise --memory-limit or lower --threads`);
  }
  return new CliError(`${store.path}: ${text}`);
}

function requireSomething(results: FileResult[]): void {
  if (results.some((r) => r.status === 'read' || r.status === 'continued' || r.status === 'known')) return;
  const first = results.find((r) => r.status === 'failed') ?? results[0];
  if (!first) throw inputError('no input files: the folder holds none');
  const more = results.length > 1 ? ` (and ${results.length - 1} more)` : '';
  throw inputError(`${first.path}: ${first.message}${more}`);
}
