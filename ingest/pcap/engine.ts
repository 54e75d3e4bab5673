import type { CaptureSink, FileSummary, ReadOptions, ReadResult } from './options.js';
import { CaptureParser } from './read/parser.js';
import { CaptureRefused, type Problem } from './read/problems.js';
import { openSource } from './read/source.js';
import { CaptureRun } from './run.js';

export type { CaptureSink, FileSummary, ReadOptions, ReadResult } from './options.js';

/**
 * Read capture files (`-` = standard input) in the given order as one stream of packets: flows, records and packet
 * offsets go to the sink. Broken input is counted in the result. When no file is a capture, the first
 * {@link CaptureRefused} is thrown; otherwise a refused file is marked in `files`.
 */
export async function readCapture(
  inputs: readonly string[],
  options: ReadOptions,
  sink: CaptureSink,
): Promise<ReadResult> {
  const stream = new CaptureStream(options, sink);
  for (const path of inputs) {
    try {
      await stream.read(path);
    } catch (error) {
      if (!(error instanceof CaptureRefused)) throw error;
      stream.files.at(-1)!.refused = error;
    }
  }
  const refused = stream.files.map((file) => file.refused);
  if (refused.length > 0 && refused.every((error) => error !== undefined)) throw refused[0];
  await stream.end();
  return stream.result();
}

/** A stream of packets that comes in files: `read` each, then `end`; `result` has what was counted so far. */
export class CaptureStream {
  readonly files: readonly FileSummary[];
  private readonly run: CaptureRun;
  private bytes = 0;

  constructor(
    private readonly options: ReadOptions,
    private readonly sink: CaptureSink,
  ) {
    this.run = new CaptureRun(options, sink);
    this.files = this.run.files;
  }

  /**
   * Read a file to its end.
   * @throws CaptureRefused when it is no capture
   */
  async read(path: string): Promise<FileSummary> {
    const { run, options } = this;
    const number = run.files.length;
    await this.sink.begin?.(number, run.flows.started);
    const file = run.begin(path);
    const parser = new CaptureParser(run, run.problems, number, path);
    const raw = options.rawBytes ? (chunk: Uint8Array) => options.rawBytes!(number, chunk) : undefined;
    for await (const chunk of openSource(path, run.problems, number, raw)) {
      file.bytes += chunk.length;
      this.bytes += chunk.length;
      if (!parser.done) parser.push(chunk);
      await run.drain();
      options.progress?.(this.bytes, run.packets);
    }
    parser.end();
    run.finishFile();
    await run.drain();
    return file;
  }

  /** The capture is over: all flows end. */
  async end(): Promise<void> {
    const { run } = this;
    for (const f of run.flows.lifetimes.remaining()) {
      run.flows.lifetimes.endOfCapture(f);
      if (run.queue.length > 4) await run.drain();
    }
    run.end();
    await run.drain();
  }

  /** What was wrong inside a file. */
  problems(file: number): Problem[] {
    return this.run.problems.of(file);
  }

  result(): ReadResult {
    const { run } = this;
    return {
      packets: run.packets,
      filtered: run.filtered,
      capturedBytes: run.capturedBytes,
      flows: run.flows.started,
      records: run.records,
      files: run.files,
      problems: run.problems.list(),
      decode: run.decoder.counters,
      fragments: run.decoder.fragments.counters,
      flow: run.flows.counters,
    };
  }
}
