import { CaptureParser } from '../read/parser.js';
import { Problems } from '../read/problems.js';
import { openSource } from '../read/source.js';

/** The wanted packets have different link types, which one pcap file cannot hold. */
export class MixedLinkTypes extends Error {}

/**
 * Cut packets out of a capture (of any format that can be read, compressed or not) into a classic pcap file with
 * microsecond time stamps; chunks of the new file go to `write`.
 * @param offsets byte offsets of packet records, as in `packet_index`
 * @returns packets written
 */
export async function cutPackets(
  path: string,
  offsets: Iterable<number>,
  write: (chunk: Uint8Array) => void,
): Promise<number> {
  const wanted = new Set(offsets);
  let written = 0;
  let link = -1;
  const handler = {
    packet(
      buf: Uint8Array,
      start: number,
      capLen: number,
      wireLen: number,
      ts: number,
      linkType: number,
      offset: number,
    ): void {
      if (!wanted.has(offset)) return;
      if (link < 0) write(fileHeader(linkType));
      else if (link !== linkType) throw new MixedLinkTypes(`link types ${link} and ${linkType}`);
      link = linkType;
      write(recordHeader(ts, capLen, wireLen));
      write(buf.slice(start, start + capLen));
      written++;
    },
  };
  const problems = new Problems();
  const parser = new CaptureParser(handler, problems, 0, path);
  for await (const chunk of openSource(path, problems, 0)) {
    parser.push(chunk);
    if (parser.done || written === wanted.size) break;
  }
  // The only packet of a file is given when nothing follows.
  if (written < wanted.size) parser.end();
  if (link < 0) write(fileHeader(1));
  return written;
}

function fileHeader(linkType: number): Uint8Array {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262144, true);
  view.setUint32(20, linkType, true);
  return header;
}

function recordHeader(ts: number, capLen: number, wireLen: number): Uint8Array {
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  view.setUint32(0, Math.floor(ts / 1e6), true);
  view.setUint32(4, ts % 1e6, true);
  view.setUint32(8, capLen, true);
  view.setUint32(12, wireLen, true);
  return header;
}
