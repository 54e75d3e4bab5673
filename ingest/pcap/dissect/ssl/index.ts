import { u16 } from '../bytes.js';
import type { DissectorFactory, FlowContext, Probe } from '../dissector.js';
import { DtlsDissector, isDtlsRecord } from './dtls.js';
import { isOldHello, TlsDissector } from './tls.js';

function probe(fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  const size = end - start;
  if (flow.proto === 'udp') {
    return isDtlsRecord(buf, start, end) && buf[start] === 22 && size > 25 && buf[start + 13]! <= 3 ? 'yes' : 'no';
  }
  const first = buf[start]!;
  if (first === 0x16) {
    if (size < 6) return size >= 2 && buf[start + 1] !== 3 ? 'no' : 'more';
    const major = buf[start + 1]!;
    const type = buf[start + 5]!;
    return (major === 3 || major === 0x7f) && u16(buf, start + 3) <= 18432 && (type === 1 || type === 2) ? 'yes' : 'no';
  }
  if (first & 0x80 && fromOrig) {
    if (size >= 3 && buf[start + 2] !== 1) return 'no';
    if (size < 11) return 'more';
    return isOldHello(buf, start, end) ? 'yes' : 'no';
  }
  // An alert instead of a ServerHello: the client's hello decides.
  return first === 0x15 && (size < 2 || buf[start + 1] === 3) ? 'more' : 'no';
}

/** TLS, SSL and DTLS. */
export const dissector: DissectorFactory = {
  name: 'ssl',
  transport: 'both',
  order: 10,
  probe,
  create: (flow, _out, session) =>
    flow.proto === 'udp' ? new DtlsDissector(flow, session) : new TlsDissector(flow, session),
};
