import { ipv4, mac, u16 } from '../bytes.js';
import type { RecordEmitter } from '../dissector.js';

/**
 * Writes the row of an ARP message in `buf[start, end)`; `srcMac` and `dstMac` are the frame's addresses. False when it
 * is not Ethernet and IPv4, or cut.
 */
export function arpRecord(
  out: RecordEmitter,
  ts: number,
  srcMac: string | undefined,
  dstMac: string | undefined,
  buf: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (end - start < 28 || u16(buf, start + 2) !== 0x0800 || buf[start + 4] !== 6 || buf[start + 5] !== 4) return false;
  const operation = u16(buf, start + 6);
  if (operation !== 1 && operation !== 2) return false;
  out.emit('arp', {
    ts,
    operation: operation === 1 ? 'request' : 'reply',
    src_mac: srcMac,
    dst_mac: dstMac,
    orig_h: ipv4(buf, start + 14),
    resp_h: ipv4(buf, start + 24),
    orig_hw: mac(buf, start + 8),
    resp_hw: mac(buf, start + 18),
  });
  return true;
}
