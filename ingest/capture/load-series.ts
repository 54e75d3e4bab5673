import type { CaseStore } from '../case/case-store.js';
import { type FileResult, shortMessage } from '../ingest.js';
import { MemberFailed, type SeriesMember, type SeriesReader } from '../reader.js';
import { type KnownCapture, knownCaptures } from './known-captures.js';
import { type Begun, begin, type CaptureJob, present, resultBase } from './load-capture.js';

/** A capture to read as part of a stream, and what it takes the place of in the case. */
interface Part {
  readonly job: CaptureJob;
  readonly replaces: KnownCapture | undefined;
}

/**
 * Loads captures of one source that may be one stream (the reader's `series`), a transaction for each stream, and puts
 * what became of each into `results`. A file that cannot be read is left out and the others are still one stream.
 * Captures that are not part of any get no result.
 */
export async function loadSeries(
  store: CaseStore,
  jobs: readonly CaptureJob[],
  results: Map<CaptureJob, FileResult>,
): Promise<void> {
  const series = jobs[0]?.reader.series;
  if (series === undefined) return;
  const parts = await partsToRead(store, jobs);
  if (parts.length < 2) return;
  const members = [...(await series.order(parts.map(({ job }) => job.scan)))];
  const partOf = (member: SeriesMember): Part => parts.find(({ job }) => job.scan === member.file)!;
  if (members.length < 2) return;
  while (members.length > 0) {
    try {
      const done = await loadStream(store, series, members, members.map(partOf));
      for (const [k, result] of done.entries()) results.set(partOf(members[k]!).job, result);
      members.splice(0, done.length);
    } catch (error) {
      if (!(error instanceof MemberFailed)) throw error;
      const [bad] = members.splice(error.member, 1);
      const { job } = partOf(bad!);
      const message = shortMessage(error.cause);
      results.set(job, { ...resultBase(job), status: 'failed', records: 0, rejected: 0, message });
    }
  }
}

function loadStream(
  store: CaseStore,
  series: SeriesReader,
  members: readonly SeriesMember[],
  parts: readonly Part[],
): Promise<FileResult[]> {
  return store.db.transaction(async () => {
    const begun: Begun[] = [];
    const loaded = await series.load(members, async (k) => {
      begun.push(await begin(store, parts[k]!.job, false, parts[k]!.replaces));
      return begun[k]!.context;
    });
    const name = loaded.length > 1 ? { series: begun[0]!.context.captureId } : {};
    const out: FileResult[] = [];
    for (const [k, result] of loaded.entries()) out.push(await begun[k]!.finish(result, name));
    return out;
  });
}

/**
 * New and grown captures. When one has grown that was read as part of a stream, the whole stream is read again, so that
 * flows which cross its files count once; where not all its files are given, the user is told that they count twice.
 */
async function partsToRead(store: CaseStore, jobs: readonly CaptureJob[]): Promise<Part[]> {
  const states: { job: CaptureJob; same: KnownCapture | undefined; grown: KnownCapture | undefined }[] = [];
  for (const job of jobs) {
    if (states.some((s) => s.job.scan.sha256 === job.scan.sha256)) continue;
    states.push({ job, ...(await present(store.db, job)) });
  }
  const again = new Set<string>();
  const grown = states.filter((s) => s.same === undefined && s.grown?.series !== undefined);
  if (grown.length > 0) {
    const inCase = await knownCaptures(store.db);
    const given = new Set(states.map((s) => (s.same ?? s.grown)?.captureId));
    for (const { job, grown: old } of grown) {
      const whole = inCase.filter((k) => k.series === old!.series);
      if (whole.every((k) => given.has(k.captureId))) again.add(old!.series!);
      else {
        job.options.warn?.(
          `${job.input.shown}: was read together with other files; give all of them, or flows that cross them count twice`,
        );
      }
    }
  }
  const parts: Part[] = [];
  for (const { job, same, grown: old } of states) {
    if (same === undefined) parts.push({ job, replaces: old });
    else if (same.series !== undefined && again.has(same.series)) parts.push({ job, replaces: same });
  }
  return parts;
}
