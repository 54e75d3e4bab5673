import { u16, u24 } from '../bytes.js';
import type { FlowContext, Session } from '../dissector.js';
import { type Certificate, matchesHost } from './certificate.js';
import { cipherName } from './ciphers.js';
import { ja3s } from './fingerprints.js';
import { parseHello } from './hello.js';
import { knownCertificates } from './known.js';
import { alertName, curveName, handshakeLetter, versionName } from './names.js';
import { type Offer, offers } from './offers.js';

const MAX_HISTORY = 100;
const MAX_CHAIN = 32;
const TLS13 = 0x0304;

/** What is kept of a ServerHello. */
interface Choice {
  readonly cipher: number;
  readonly protocol: string | undefined;
  readonly ja3s: string;
}

/** What a handshake has shown so far, whatever carried it (TCP, DTLS, QUIC); becomes one row of `ssl`. */
export class HandshakeState {
  established = false;
  version = 0;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly transport: 't' | 'q' | 'd';
  private ts = -1;
  private flipped = false;
  private history = '';
  private client: Offer | undefined;
  private server: Choice | undefined;
  private serverCerts: Certificate[] | undefined;
  private clientCerts: Certificate[] | undefined;
  private curve: number | undefined;
  private resumed = false;
  private clientKeyExchange = false;
  private lastAlert: string | undefined;
  private readonly ciphering: [boolean, boolean] = [false, false];
  private written = false;

  constructor(flow: FlowContext, session: Session, transport: 't' | 'q' | 'd') {
    this.flow = flow;
    this.session = session;
    this.transport = transport;
  }

  /** Whether the flow was seen to speak TLS. */
  get confirmed(): boolean {
    return this.client !== undefined || this.server !== undefined || this.history !== '';
  }

  get serverName(): string | undefined {
    return this.client?.serverName;
  }

  get tls13(): boolean {
    return this.version === TLS13 || this.version >> 8 === 0x7f || this.version === 0xfefc;
  }

  /** Both hellos were seen. */
  get greeted(): boolean {
    return this.client !== undefined && this.server !== undefined;
  }

  /** Whether this direction has changed to ciphered records. */
  isCiphering(fromOrig: boolean): boolean {
    return this.ciphering[fromOrig ? 0 : 1];
  }

  /** A handshake message; its body is `buf[start, end)`. */
  message(fromOrig: boolean, ts: number, type: number, buf: Uint8Array, start: number, end: number): void {
    if (this.ts < 0) this.ts = ts;
    if (type === 1 && !fromOrig && this.client === undefined && this.server === undefined) this.flipped = true;
    if (type === 2 && fromOrig && this.client === undefined && this.server === undefined) this.flipped = true;
    switch (type) {
      case 1:
        this.clientHello(buf, start, end);
        break;
      case 2:
        this.serverHello(fromOrig, buf, start, end);
        return;
      case 11:
        this.certificates(fromOrig !== this.flipped, buf, start, end);
        break;
      case 12:
        if (buf[start] === 3 && cipherName(this.server?.cipher ?? 0).includes('ECDH')) this.curve = u16(buf, start + 1);
        break;
      case 16:
        this.clientKeyExchange = true;
    }
    this.letter(fromOrig, handshakeLetter(type));
  }

  /** A version 2 ClientHello, of which only its presence is kept. */
  oldClientHello(ts: number): void {
    if (this.ts < 0) this.ts = ts;
    this.letter(true, 'C');
  }

  changeCipher(fromOrig: boolean, ts: number): void {
    if (this.ts < 0) this.ts = ts;
    this.letter(fromOrig, 'I');
    if (this.tls13) return;
    this.ciphering[fromOrig ? 0 : 1] = true;
    if (fromOrig !== this.flipped && this.client?.ticket === true && !this.clientKeyExchange) this.resumed = true;
  }

  alert(fromOrig: boolean, ts: number, description: number): void {
    if (this.ts < 0) this.ts = ts;
    this.letter(fromOrig, 'L');
    this.lastAlert = alertName(description);
  }

  /** A ciphered record; true when the handshake is known to be complete with it. */
  ciphered(fromOrig: boolean): boolean {
    if (this.tls13) this.ciphering[fromOrig ? 0 : 1] = true;
    if (this.server !== undefined && this.ciphering[0] && this.ciphering[1]) this.established = true;
    return this.established;
  }

  /** Writes the row, once. */
  finish(): void {
    if (this.written || this.ts < 0) return;
    this.written = true;
    const { client, server, flow } = this;
    const leaf = this.serverCerts?.[0];
    const mine = this.clientCerts?.[0];
    const known = this.session.shared(knownCertificates);
    for (const c of this.serverCerts ?? []) known.report(flow, this.ts, c, c === leaf, false);
    for (const c of this.clientCerts ?? []) known.report(flow, this.ts, c, c === mine, true);
    const any = this.serverCerts !== undefined || this.clientCerts !== undefined;
    const name = client?.serverName;
    this.session.out.emit('ssl', {
      uid: flow.uid,
      ts: this.ts,
      orig_h: flow.orig_h,
      orig_p: flow.orig_p,
      resp_h: flow.resp_h,
      resp_p: flow.resp_p,
      version: this.version === 0 ? undefined : versionName(this.version),
      cipher: server === undefined ? undefined : cipherName(server.cipher),
      curve: this.curve === undefined ? undefined : curveName(this.curve),
      server_name: name,
      resumed: this.resumed,
      last_alert: this.lastAlert,
      next_protocol: server?.protocol,
      established: this.established,
      ssl_history: (this.flipped ? '^' : '') + this.history,
      cert_chain_fps: any ? prints(this.serverCerts) : undefined,
      client_cert_chain_fps: any ? prints(this.clientCerts) : undefined,
      subject: leaf?.subject,
      issuer: leaf?.issuer,
      client_subject: mine?.subject,
      client_issuer: mine?.issuer,
      not_before: leaf?.notBefore,
      not_after: leaf?.notAfter,
      sni_matches_cert: name !== undefined && leaf?.parsed === true ? matchesHost(leaf, name) : undefined,
      ja3: client?.ja3,
      ja3s: server?.ja3s,
      ja4: client?.ja4,
      cert_sha1: leaf?.sha1,
      cert_sha256: leaf?.sha256,
    });
  }

  private letter(fromOrig: boolean, letter: string): void {
    if (this.history.length < MAX_HISTORY) this.history += fromOrig !== this.flipped ? letter : letter.toLowerCase();
  }

  private clientHello(buf: Uint8Array, start: number, end: number): void {
    // The second hello after a retry says the same but for the key share; fingerprints are of the first.
    this.client ??= this.session.shared(offers).read(buf, start, end, this.transport);
  }

  private serverHello(fromOrig: boolean, buf: Uint8Array, start: number, end: number): void {
    const hello = parseHello(buf, start, end, false, false);
    const retry = hello?.retry === true;
    this.letter(fromOrig, handshakeLetter(retry ? 6 : 2));
    if (hello === undefined) return;
    this.server = { cipher: hello.ciphers[0]!, protocol: hello.alpn[0], ja3s: ja3s(hello) };
    this.version = hello.versions[0] ?? hello.version;
    const share = hello.keyShares[0];
    if (share !== undefined) this.curve = share;
    if (retry) return;
    const asked = this.client?.sessionId;
    if (hello.preSharedKey) this.resumed = true;
    else if (!this.tls13 && asked && asked === hello.sessionId && !/^\0+$/.test(asked)) this.resumed = true;
  }

  private certificates(client: boolean, buf: Uint8Array, start: number, end: number): void {
    const chain: Certificate[] = [];
    const known = this.session.shared(knownCertificates);
    const stop = Math.min(end, start + 3 + u24(buf, start));
    for (let at = start + 3; at + 3 <= stop && chain.length < MAX_CHAIN; ) {
      const size = u24(buf, at);
      if (at + 3 + size > stop) break;
      chain.push(known.get(buf, at + 3, at + 3 + size));
      at += 3 + size;
    }
    if (chain.length === 0) return;
    if (client) this.clientCerts ??= chain;
    else this.serverCerts ??= chain;
  }
}

function prints(chain: readonly Certificate[] | undefined): string[] {
  return (chain ?? []).map((c) => c.sha256);
}
