import type { CaptureSink, ReadOptions, ReadResult } from './options.js';
import { CaptureParser } from './read/parser.js';
import { CaptureRefused } from './read/problems.js';
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
  const engine = new CaptureRun(options, sink);
  let bytes = 0;
  for (const [number, path] of inputs.entries()) {
    const file = engine.begin(path);
    try {
      const parser = new CaptureParser(engine, engine.problems, number, path);
      const raw = options.rawBytes ? (chunk: Uint8Array) => options.rawBytes!(number, chunk) : undefined;
      for await (const chunk of openSource(path, engine.problems, number, raw)) {
        file.bytes += chunk.length;
        bytes += chunk.length;
        if (!parser.done) parser.push(chunk);
        await engine.drain();
        options.progress?.(bytes, engine.packets);
      }
      parser.end();
      engine.finishFile();
    } catch (error) {
      if (!(error instanceof CaptureRefused)) throw error;
      file.refused = error;
    }
  }
  const refused = engine.files.map((file) => file.refused);
  if (refused.length > 0 && refused.every((error) => error !== undefined)) throw refused[0];
  for (const f of engine.flows.remaining()) {
    engine.flows.endOfCapture(f);
    if (engine.queue.length > 4) await engine.drain();
  }
  engine.end();
  await engine.drain();
  engine.flows.counters.streamsGivenUp = engine.flows.tcp.streams.overflows;
  return {
    packets: engine.packets,
    filtered: engine.filtered,
    capturedBytes: engine.capturedBytes,
    flows: engine.flows.started,
    records: engine.records,
    files: engine.files,
    problems: engine.problems.list(),
    decode: engine.decoder.counters,
    fragments: engine.decoder.fragments.counters,
    flow: engine.flows.counters,
  };
}
