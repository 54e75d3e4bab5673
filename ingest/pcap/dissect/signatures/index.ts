import { latin1, startsWith } from '../bytes.js';
import type { Dissector, DissectorFactory, FlowContext, Probe, Session } from '../dissector.js';
import { FileTransfer } from '../files/transfer.js';
import { tunnelRow } from '../records.js';
import { dccEndpoint } from './dcc.js';
import type { Head } from './matchers.js';
import { SIGNATURES, type Signature } from './table.js';

/** Payloads that are looked at for what may follow (TLS, NTLM) before the flow is left alone. */
const WATCHED = 64;
/** A stream shorter than this may still become a match. */
const ENOUGH = 64;

/** The first signature that fits the beginning of one direction. */
export function matchSignature(
  fromOrig: boolean,
  buf: Uint8Array,
  start: number,
  end: number,
  flow: FlowContext,
): Signature | undefined {
  const head: Head = { buf, start, end, size: end - start, text: latin1(buf, start, Math.min(end, start + 256)), flow };
  for (const signature of SIGNATURES) {
    if (signature.transport !== 'both' && signature.transport !== flow.proto) continue;
    const test = fromOrig ? signature.orig : signature.resp;
    if (test === undefined) continue;
    if (typeof test === 'function' ? test(head) : test.test(head.text)) return signature;
  }
  return undefined;
}

/** Knows the name of a service and nothing else about it, save what it carries inside. */
class NamedService implements Dissector {
  private readonly flow: FlowContext;
  private readonly session: Session;
  private signature: Signature | undefined;
  private readonly names = new Set<string>();
  private inside: Dissector | undefined;
  private left = WATCHED;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  get service(): string | undefined {
    const names = [...this.names, ...(this.inside?.service?.split(',') ?? [])];
    return names.length === 0 ? undefined : [...new Set(names)].sort().join(',');
  }

  get active(): boolean {
    if (this.inside !== undefined) return this.inside.active;
    if (this.signature === undefined || this.signature.announces) return true;
    return this.left > 0 && (this.signature.upgrades === true || this.signature.authenticates === true);
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.signature === undefined) {
      this.signature = matchSignature(fromOrig, buf, start, end, this.flow);
      if (this.signature !== undefined) this.recognised(ts, this.signature);
    }
    if (this.inside !== undefined) {
      this.inside.data(fromOrig, ts, buf, start, end);
      return;
    }
    this.left--;
    if (this.signature?.upgrades && isClientHello(buf, start, end, this.flow.proto)) {
      this.inside = this.session.inner(this.flow);
      this.inside.data(fromOrig, ts, buf, start, end);
    } else if (this.signature?.authenticates) this.authentication(buf, start, end);
    else if (this.signature?.announces) this.announcement(buf, start, end);
  }

  gap(fromOrig: boolean, bytes: number): void {
    this.inside?.gap(fromOrig, bytes);
  }

  end(ts: number): void {
    this.inside?.end(ts);
  }

  private recognised(ts: number, { service, tunnel }: Signature): void {
    this.names.add(service);
    if (tunnel !== undefined) this.session.out.emit('tunnel', tunnelRow(this.flow, ts, tunnel));
  }

  private announcement(buf: Uint8Array, start: number, end: number): void {
    const endpoint = dccEndpoint(latin1(buf, start, Math.min(end, start + 2048)));
    if (endpoint === undefined) return;
    const { host, port } = endpoint;
    this.session.expect('', host, port, (flow) => new FileTransfer(flow, this.session, 'irc-dcc-data', 'IRC_DATA'));
  }

  private authentication(buf: Uint8Array, start: number, end: number): void {
    const head = latin1(buf, start, Math.min(end, start + 1024));
    if (head.includes('NTLMSSP\x00')) this.names.add('ntlm');
    if (head.includes('\x06\x06\x2b\x06\x01\x05\x05\x02') && this.signature?.service === 'smb')
      this.names.add('gssapi');
  }
}

function isClientHello(buf: Uint8Array, start: number, end: number, proto: FlowContext['proto']): boolean {
  if (proto === 'udp') return startsWith(buf, start, end, '\x16\xfe') && end - start > 25 && buf[start + 13] === 1;
  return end - start > 5 && buf[start] === 0x16 && buf[start + 1] === 3 && buf[start + 5] === 1;
}

function probe(fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  if (matchSignature(fromOrig, buf, start, end, flow) !== undefined) return 'yes';
  return flow.proto === 'tcp' && end - start < ENOUGH ? 'more' : 'no';
}

/** Services that are named and not taken apart. */
export const dissector: DissectorFactory = {
  name: 'signatures',
  transport: 'both',
  order: 1000,
  probe,
  create: (flow, _out, session) => new NamedService(flow, session),
};
