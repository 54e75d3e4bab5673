import { macText } from '../output/address.js';
import type { Frame } from './frame.js';

/** One ARP request or reply about IPv4 on Ethernet-like links. */
export interface ArpRecord {
  ts: number;
  operation: string;
  src_mac: string | undefined;
  dst_mac: string | undefined;
  orig_h: string;
  resp_h: string;
  orig_hw: string;
  resp_hw: string;
}

const OPERATIONS: Readonly<Record<number, string>> = { 1: 'request', 2: 'reply', 3: 'rarp_request', 4: 'rarp_reply' };

/** Decode the ARP message at `f.l3At`; undefined when it is cut or about other protocols. */
export function decodeArp(f: Frame): ArpRecord | undefined {
  const buf = f.buf;
  const at = f.l3At;
  if (at + 28 > f.end) return undefined;
  if (buf[at + 2] !== 8 || buf[at + 3] !== 0 || buf[at + 4] !== 6 || buf[at + 5] !== 4) return undefined;
  const code = (buf[at + 6]! << 8) | buf[at + 7]!;
  const mac = f.macAt >= 0;
  return {
    ts: f.ts,
    operation: OPERATIONS[code] ?? String(code),
    src_mac: mac ? macText(f.macBuf, f.macAt + 6) : undefined,
    dst_mac: mac ? macText(f.macBuf, f.macAt) : undefined,
    orig_h: dotted(buf, at + 14),
    resp_h: dotted(buf, at + 24),
    orig_hw: macText(buf, at + 8),
    resp_hw: macText(buf, at + 18),
  };
}

function dotted(buf: Uint8Array, at: number): string {
  return `${buf[at]}.${buf[at + 1]}.${buf[at + 2]}.${buf[at + 3]}`;
}
