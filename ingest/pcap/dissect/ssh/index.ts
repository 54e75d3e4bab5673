import { createHash } from 'node:crypto';
import { latin1, startsWith, u32 } from '../bytes.js';
import type { Dissector, DissectorFactory, FlowContext, Probe, Session } from '../dissector.js';
import { LineBuffer } from '../lines.js';
import { ByteQueue } from '../queue.js';
import { flowRow } from '../records.js';
import { softwareTracker } from '../software/tracker.js';
import { text } from '../text.js';
import { AuthGuess } from './auth.js';
import { hassh, type KexInit, negotiated, negotiatedBothWays, parseKexInit } from './kexinit.js';

const MAX_PACKET = 1 << 17;
const MAX_LINES = 50;

/** One direction: banner lines, then plain packets, then ciphered bytes. */
class Side {
  readonly lines = new LineBuffer(1024);
  readonly packets = new ByteQueue(MAX_PACKET + 65536);
  lineCount = 0;
  banner: string | undefined;
  offer: KexInit | undefined;
  ciphered = false;
  lost = false;
}

class SshDissector implements Dissector {
  readonly service = 'ssh';
  active = true;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly sides: [Side, Side] = [new Side(), new Side()];
  private readonly auth = new AuthGuess();
  private ts = -1;
  /** The client has sent something under cipher. */
  private clientSpoke = false;
  private hostKey: string | undefined;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const side = this.sides[fromOrig ? 0 : 1];
    if (side.ciphered) {
      if (fromOrig) this.clientSpoke = true;
      // What the server says under cipher before the client did are its extensions (RFC 8308), no answer.
      else if (this.clientSpoke) this.cipheredFromServer(end - start);
      return;
    }
    let at = start;
    while (side.banner === undefined && at < end) {
      at = side.lines.next(buf, at, end);
      if (at < 0) return;
      this.bannerLine(side, fromOrig, ts);
    }
    if (at >= end || side.lost) return;
    if (this.version() === 1 || !side.packets.push(buf, at, end)) {
      side.lost = true;
      side.packets.release();
      return;
    }
    while (!side.ciphered && this.packet(side, fromOrig));
  }

  gap(fromOrig: boolean): void {
    const side = this.sides[fromOrig ? 0 : 1];
    if (!side.ciphered) side.lost = true;
  }

  end(): void {
    if (!this.active) return;
    this.active = false;
    if (this.ts < 0) return;
    const [client, server] = this.sides;
    const both = client.offer !== undefined && server.offer !== undefined;
    const [c, s] = [client.offer!, server.offer!];
    this.session.out.emit('ssh', {
      ...flowRow(this.flow, this.ts),
      version: this.version(),
      auth_success: this.auth.success,
      auth_attempts: this.auth.attempts,
      client: client.banner,
      server: server.banner,
      cipher_alg: both ? negotiatedBothWays(c.cipher, s.cipher) : undefined,
      mac_alg: both ? negotiatedBothWays(c.mac, s.mac) : undefined,
      compression_alg: both ? negotiatedBothWays(c.compression, s.compression) : undefined,
      kex_alg: both ? negotiated(c.kex, s.kex) : undefined,
      host_key_alg: both ? negotiated(c.hostKey, s.hostKey) : undefined,
      host_key: this.hostKey,
      hassh: client.offer === undefined ? undefined : hassh(client.offer, false),
      hassh_server: server.offer === undefined ? undefined : hassh(server.offer, true),
    });
    for (const side of this.sides) side.packets.release();
  }

  private bannerLine(side: Side, fromOrig: boolean, ts: number): void {
    const { line, lineStart, lineEnd } = side.lines;
    if (!startsWith(line, lineStart, lineEnd, 'SSH-')) {
      if (++side.lineCount > MAX_LINES) this.active = false;
      return;
    }
    if (this.ts < 0) this.ts = ts;
    const banner = text(line, lineStart, lineEnd, 255);
    side.banner = banner;
    const product = /^SSH-[\d.]+-(.+)$/.exec(banner)?.[1] ?? '';
    const { orig_h, resp_h, resp_p } = this.flow;
    const software = this.session.shared(softwareTracker);
    if (fromOrig) software.report(ts, orig_h, undefined, 'SSH::CLIENT', product);
    else software.report(ts, resp_h, resp_p, 'SSH::SERVER', product);
  }

  /** Known once both have spoken. */
  private version(): 1 | 2 | undefined {
    const [client, server] = this.sides;
    if (client.banner === undefined || server.banner === undefined) return undefined;
    const second = (banner: string) => /^SSH-(?:2|1\.99)/.test(banner);
    return second(client.banner) && second(server.banner) ? 2 : 1;
  }

  private packet(side: Side, fromOrig: boolean): boolean {
    const { buf, start, length } = side.packets;
    if (length < 6) return false;
    const size = u32(buf, start);
    if (size < 2 || size > MAX_PACKET) {
      side.lost = true;
      side.packets.release();
      return false;
    }
    if (length < 4 + size) return false;
    const from = start + 5;
    const to = start + 4 + size - buf[start + 4]!;
    if (to > from) this.message(side, fromOrig, buf[from]!, buf, from + 1, to);
    if (side.ciphered && fromOrig && length > 4 + size) this.clientSpoke = true;
    side.packets.drop(4 + size);
    return true;
  }

  private message(side: Side, fromOrig: boolean, type: number, buf: Uint8Array, start: number, end: number): void {
    if (type === 20) side.offer ??= parseKexInit(buf, start, end);
    else if (type === 21) {
      side.ciphered = true;
      side.packets.release();
    } else if ((type === 31 || type === 33) && !fromOrig && this.hostKey === undefined) {
      const stop = start + 4 + u32(buf, start);
      // In a group exchange, message 31 carries the group: a modulus is no key.
      const kind = latin1(buf, start + 8, Math.min(end, start + 14));
      if (stop <= end && /^(?:ssh-|ecdsa-|sk-|rsa-)/.test(kind)) this.hostKey = fingerprint(buf, start + 4, stop);
    }
  }

  private cipheredFromServer(size: number): void {
    const [client, server] = this.sides;
    if (this.version() !== 2) return;
    if (client.offer === undefined || server.offer === undefined) return;
    // Compression makes sizes meaningless.
    if (negotiatedBothWays(client.offer.compression, server.offer.compression).includes('zlib')) return;
    if (this.auth.segment(size)) this.end();
  }
}

function fingerprint(buf: Uint8Array, start: number, end: number): string {
  return `SHA256:${createHash('sha256').update(buf.subarray(start, end)).digest('base64').replace(/=+$/, '')}`;
}

function probe(_fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  const size = Math.min(4, end - start);
  if (startsWith(buf, start, end, 'SSH-'.slice(0, size))) return size < 4 ? 'more' : 'yes';
  const head = text(buf, start, end, 512);
  if (/(?:^|\\x0a)SSH-[12]\./.test(head)) return 'yes';
  return flow.resp_p === 22 && /^[\x20-\x7e\\]*$/.test(head) ? 'more' : 'no';
}

/** SSH. */
export const dissector: DissectorFactory = {
  name: 'ssh',
  transport: 'tcp',
  order: 15,
  probe,
  create: (flow, _out, session) => new SshDissector(flow, session),
};
