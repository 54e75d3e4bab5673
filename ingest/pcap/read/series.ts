import { LINK_TYPES } from '../decode/link.js';
import { CaptureParser } from './parser.js';
import { CaptureRefused, Problems } from './problems.js';
import { openSource } from './source.js';

/** The first packet of a file: microseconds and link type; undefined when it has none or is no capture. */
export async function firstPacket(path: string): Promise<{ ts: number; linkType: number } | undefined> {
  let first: { ts: number; linkType: number } | undefined;
  const handler = {
    packet(_buf: Uint8Array, _start: number, _cap: number, _wire: number, ts: number, linkType: number): void {
      first ??= { ts, linkType };
    },
  };
  const problems = new Problems();
  const parser = new CaptureParser(handler, problems, 0, path);
  try {
    for await (const chunk of openSource(path, problems, 0)) {
      parser.push(chunk);
      if (first !== undefined || parser.done) break;
    }
    // The only packet of a file is given when nothing follows.
    if (first === undefined) parser.end();
  } catch (error) {
    if (!(error instanceof CaptureRefused)) throw error;
  }
  return first;
}

/** A file of a series. */
export interface Member<T> {
  readonly file: T;
  /** Time of its first packet, microseconds. */
  readonly ts: number;
}

/** Files that may be parts of one stream, in order of their first packets (equal ones as given); others are left out. */
export async function orderSeries<T>(files: readonly T[], pathOf: (file: T) => string): Promise<Member<T>[]> {
  const members: Member<T>[] = [];
  for (const file of files) {
    const first = await firstPacket(pathOf(file));
    if (first !== undefined && LINK_TYPES.has(first.linkType)) members.push({ file, ts: first.ts });
  }
  return members.sort((a, b) => a.ts - b.ts);
}

/** Clocks of a capturing program may step back a little between two files. */
const STEP_BACK = 1e6;

/**
 * Whether a file that begins at `next` goes on where one ended at `last` (microseconds): not while the other one was
 * still running, and not after so long that no flow could cross.
 */
export function goesOn(last: number | undefined, next: number, longest: number): boolean {
  return last !== undefined && next >= last - STEP_BACK && next <= last + longest;
}
