import { CliError, inputError, usageError } from '../../cli/errors.js';
import { labelAll } from '../delimited/label-all.js';
import { type LoadContext, type LoadResult, MemberFailed } from '../reader.js';
import { FilterError } from './bpf/compile.js';
import { CaseSink } from './case-sink.js';
import { cutFlows } from './cut-flows.js';
import { captureDetails, counted, since, withoutFlows } from './details.js';
import { loadDissectors } from './dissect/registry.js';
import { CaptureStream } from './engine.js';
import { captureFields } from './fields.js';
import { DEFAULT_TIMEOUTS } from './flow/timeouts.js';
import type { FileSummary, ReadOptions } from './options.js';
import { reportProblems } from './problem-reports.js';
import { CaptureRefused } from './read/problems.js';
import { goesOn, type Member } from './read/series.js';

/**
 * What DuckDB needs while rows are appended, MB. With more it would keep written blocks that nobody reads again, and memory
 * would grow with the capture until the limit.
 */
const ENGINE_MB = 150;

/**
 * Reads one capture file into the case. `records` of the result are its flows; its packets are in the details.
 * @throws CliError when the file is no capture that can be read, or the filter is wrong
 */
export async function loadCaptureFile(context: LoadContext): Promise<LoadResult> {
  try {
    const [result] = await loadCaptureSeries([{ file: context.file, ts: 0 }], async () => context);
    return result!;
  } catch (error) {
    throw error instanceof MemberFailed ? error.cause : error;
  }
}

/**
 * Reads captures that go on where the one before ended as one stream: as many of `members` as belong together, from
 * the first. A flow belongs to the capture that has its first packet.
 * @param begin makes the context of a member when its turn has come
 * @throws MemberFailed with the CliError of {@link loadCaptureFile}
 */
export async function loadCaptureSeries(
  members: readonly Member<{ readonly plainPath: string }>[],
  begin: (k: number) => Promise<LoadContext>,
): Promise<LoadResult[]> {
  const contexts = [await begin(0)];
  const { store, options, sourceId, flowBase } = contexts[0]!;
  const ids = [contexts[0]!.captureId];
  const sink = new CaseSink(store.db, sourceId, ids, flowBase);
  // One row group at a time comes in: more threads of DuckDB would only wait for each other.
  await store.setThreads(1);
  await store.shareMemory(undefined, ENGINE_MB);
  const parts: Omit<LoadResult, 'tables' | 'fields'>[] = [];
  const stream = new CaptureStream(await streamOptions(contexts, ids), sink);
  try {
    const longest = Math.max(...Object.values({ ...DEFAULT_TIMEOUTS, ...timeouts(options) })) * 1e6;
    let before = counted(stream.result());
    let file: FileSummary | undefined;
    for (const [k, member] of members.entries()) {
      if (k > 0) {
        if (!goesOn(file!.lastTs, member.ts, longest)) break;
        contexts.push(await begin(k));
        ids.push(contexts[k]!.captureId);
      }
      file = await stream.read(contexts[k]!.file.plainPath);
      const next = k + 1 < members.length && goesOn(file.lastTs, members[k + 1]!.ts, longest);
      if (!next) await stream.end();
      const now = counted(stream.result());
      parts.push({
        records: file.flows,
        // A file may have no first packet of a flow, and records of flows that began before it.
        ...(k === 0 && !next ? {} : { span: [file.firstTs!, file.lastTs!] as const }),
        details: captureDetails(since(now, before), file),
      });
      reportProblems(contexts[k]!, stream.problems(k));
      const nothing = withoutFlows(since(now, before), options.checksums === true);
      if (nothing !== undefined) contexts[k]!.warn(nothing);
      before = now;
    }
  } catch (error) {
    sink.close(false);
    const refusal = refusalOf(error, contexts.at(-1)!.file.plainPath);
    throw refusal === undefined ? error : new MemberFailed(contexts.length - 1, refusal);
  }
  await sink.finish();
  await store.setThreads();
  await store.shareMemory();
  await warnOfCutFlows(contexts, stream.files);
  const results: LoadResult[] = [];
  for (const [k, part] of parts.entries()) {
    if (options.label !== undefined) await labelAll(contexts[k]!, options.label);
    const tables = sink.counts(k);
    const details = { ...part.details, tables: sorted(tables) };
    results.push({ ...part, details, tables: tables.keys(), fields: captureFields() });
  }
  return results;
}

/** Flows that go on in a capture which was read before, or that one's in the new ones. */
async function warnOfCutFlows(contexts: readonly LoadContext[], files: readonly FileSummary[]): Promise<void> {
  const context = contexts.at(-1)!;
  const times = files.flatMap(({ firstTs, lastTs }) => (firstTs === undefined ? [] : [firstTs, lastTs!]));
  if (times.length === 0) return;
  const stream = {
    captureIds: contexts.map(({ captureId }) => captureId),
    sourceId: context.sourceId,
    first: Math.min(...times),
    last: Math.max(...times),
  };
  const idle = { tcp: timeouts(context.options).tcpInactivity * 1e6, other: DEFAULT_TIMEOUTS.udpInactivity * 1e6 };
  for (const warning of await cutFlows(context.store.db, stream, idle)) context.warn(warning);
}

/** What to tell the user when a file cannot be read; undefined for errors that are not the file's. */
function refusalOf(error: unknown, path: string): CliError | undefined {
  if (error instanceof CaptureRefused) return inputError(error.message.replace(`${path}: `, ''));
  if (error instanceof FilterError) return filterRefused(error);
  return undefined;
}

export function filterRefused({ message, missing }: FilterError): CliError {
  return missing ? new CliError(`--bpf: ${message}`) : usageError(`--bpf: ${message}`);
}

const timeouts = ({ tcpInactivity }: LoadContext['options']): { tcpInactivity: number } => ({
  tcpInactivity: tcpInactivity ?? DEFAULT_TIMEOUTS.tcpInactivity,
});

async function streamOptions(contexts: readonly LoadContext[], ids: readonly string[]): Promise<ReadOptions> {
  const { options } = contexts[0]!;
  return {
    seed: ids,
    firstRow: 1,
    dissectors: await loadDissectors(),
    ...(options.bpf === undefined ? {} : { filter: options.bpf }),
    ...(options.hashFiles ? { hashFiles: true } : {}),
    ...(options.checksums ? { checksums: 'enforce' as const } : {}),
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts(options) },
    progress: (_bytes, packets) => contexts.at(-1)!.progress(packets),
  };
}

/** Rows by table, in order of names. */
const sorted = (tables: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...tables].sort(([a], [b]) => (a < b ? -1 : 1)));
