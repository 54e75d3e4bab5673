import { fold16, pseudoSum, sum16 } from '../decode/checksum.js';
import { type Frame, PROTO } from '../decode/frame.js';
import { COUNT_CHECKSUM } from './layout.js';
import type { FlowTable } from './table.js';
import { LETTER, scaledLetter } from './tcp-history.js';
import type { Weirds } from './weirds.js';

/** `ignore` does not look at transport checksums, `count` counts wrong ones, `enforce` drops their packets as Zeek does. */
export type ChecksumMode = 'ignore' | 'count' | 'enforce';

/** Checks the checksums of TCP, UDP and ICMP. */
export class TransportChecksums {
  /** Wrong ones so far. */
  bad = 0;

  constructor(
    private readonly mode: ChecksumMode,
    private readonly table: FlowTable,
    private readonly weirds: Weirds,
  ) {}

  /** True when the packet is not to be used. */
  refuses(frame: Frame, f: number, dir: number, proto: number): boolean {
    if (this.mode === 'ignore') return false;
    const length = frame.l4Len;
    const at = frame.l4At;
    // What was not captured cannot be checked.
    if (frame.l4End - at < length) return false;
    const seed = proto === PROTO.ICMP ? 0 : pseudoSum(frame.addr, proto, length);
    if (fold16(sum16(frame.buf, at, at + length, seed)) === 0xffff) return false;
    this.bad++;
    if (this.mode === 'count') return false;
    const name =
      proto === PROTO.TCP ? 'bad_TCP_checksum' : proto === PROTO.UDP ? 'bad_UDP_checksum' : 'bad_ICMP_checksum';
    this.weirds.add(f, name);
    if (proto === PROTO.TCP || proto === PROTO.UDP) scaledLetter(this.table, f, dir, COUNT_CHECKSUM, LETTER.CHECKSUM);
    return true;
  }
}
