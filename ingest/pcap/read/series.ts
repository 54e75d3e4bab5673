import { CaptureParser } from './parser.js';
import { CaptureRefused, Problems } from './problems.js';
import { openSource } from './source.js';

/** Time of the first packet of a file in microseconds, undefined when it has none or is no capture. */
export async function firstTimestamp(path: string): Promise<number | undefined> {
  let first: number | undefined;
  const handler = {
    packet(_buf: Uint8Array, _start: number, _cap: number, _wire: number, ts: number): void {
      first ??= ts;
    },
  };
  const problems = new Problems();
  const parser = new CaptureParser(handler, problems, 0, path);
  try {
    for await (const chunk of openSource(path, problems, 0)) {
      parser.push(chunk);
      if (first !== undefined || parser.done) break;
    }
  } catch (error) {
    if (!(error instanceof CaptureRefused)) throw error;
  }
  return first;
}

/** The files of a series in order of their first packets; files without packets last, by path. */
export async function orderSeries(paths: readonly string[]): Promise<string[]> {
  const times = new Map<string, number>();
  for (const path of paths) times.set(path, (await firstTimestamp(path)) ?? Number.POSITIVE_INFINITY);
  return [...paths].sort((a, b) => {
    const x = times.get(a)!;
    const y = times.get(b)!;
    if (x !== y) return x - y;
    return a < b ? -1 : a > b ? 1 : 0;
  });
}
