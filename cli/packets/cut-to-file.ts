import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../ingest/case/make-folder.js';
import { cutPackets, MixedLinkTypes } from '../../ingest/pcap/index/cut.js';
import { CliError } from '../errors.js';
import { safe } from '../terminal.js';
import type { WantedPackets } from './wanted-packets.js';

/** Bytes of the header of a pcap file. */
const HEADER = 24;

/**
 * Writes the wanted packets of all captures into one pcap file, aside first, so that it is there whole or not at all.
 * @returns packets written
 * @throws CliError when they do not fit one file, or the captures do not have them
 */
export async function cutToFile(
  wanted: readonly WantedPackets[],
  paths: readonly string[],
  output: string,
): Promise<number> {
  makeFolder(dirname(output));
  const aside = `${output}.tmp-${process.pid}`;
  let packets = 0;
  let header: Buffer | undefined;
  try {
    const fd = openSync(aside, 'w');
    try {
      for (const [k, { offsets }] of wanted.entries()) {
        let begun = false;
        packets += await cutPackets(paths[k]!, offsets, (chunk) => {
          if (!begun) {
            begun = true;
            if (header !== undefined) {
              // The next capture's packets follow under the first one's header.
              if (!header.equals(chunk)) throw new MixedLinkTypes('captures of different link types');
              return;
            }
            header = Buffer.from(chunk.subarray(0, HEADER));
          }
          writeSync(fd, chunk);
        });
      }
    } finally {
      closeSync(fd);
    }
    const all = wanted.reduce((n, w) => n + w.offsets.length, 0);
    if (packets !== all) throw new CliError(`only ${packets} of ${all} packets are in the captures`);
    renameSync(aside, output);
  } catch (error) {
    rmSync(aside, { force: true });
    if (error instanceof CliError) throw error;
    if (error instanceof MixedLinkTypes)
      throw new CliError(`one pcap file cannot hold these packets: ${error.message}`);
    throw new CliError(`${safe(output)}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  return packets;
}
