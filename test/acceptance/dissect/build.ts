import { createCipheriv, createHmac } from 'node:crypto';

/** Builders of protocol bytes for tests. */
export const u8 = (n: number) => Buffer.from([n]);
export const u16 = (n: number) => Buffer.from([n >> 8, n]);
export const u24 = (n: number) => Buffer.from([n >> 16, n >> 8, n]);
export const u32 = (n: number) => Buffer.from([n >>> 24, n >> 16, n >> 8, n]);
export const cat = (...parts: (Uint8Array | string)[]) =>
  Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p, 'latin1') : p)));
export const vec8 = (b: Uint8Array) => cat(u8(b.length), b);
export const vec16 = (b: Uint8Array) => cat(u16(b.length), b);
export const vec24 = (b: Uint8Array) => cat(u24(b.length), b);
export const vec32 = (b: Uint8Array | string) => cat(u32(b.length), b);
const list16 = (values: readonly number[]) => cat(...values.map(u16));

/** DER element. */
export function der(tag: number, ...parts: (Uint8Array | string)[]): Buffer {
  const body = cat(...parts);
  const length =
    body.length < 128
      ? u8(body.length)
      : body.length < 256
        ? cat(u8(0x81), u8(body.length))
        : cat(u8(0x82), u16(body.length));
  return cat(u8(tag), length, body);
}

/** DER object identifier. */
export function derOid(dotted: string): Buffer {
  const [a, b, ...rest] = dotted.split('.').map(Number);
  const out = [a! * 40 + b!];
  for (const part of rest) {
    const digits = [part & 0x7f];
    for (let n = Math.floor(part / 128); n > 0; n = Math.floor(n / 128)) digits.unshift((n & 0x7f) | 0x80);
    out.push(...digits);
  }
  return der(6, Buffer.from(out));
}

const name = (...pairs: [string, string][]) =>
  der(0x30, ...pairs.map(([id, text]) => der(0x31, der(0x30, derOid(id), der(0x0c, text)))));

/** A certificate for `example.test`, signed by nobody. */
export function certificate(): Buffer {
  const algorithm = der(0x30, derOid('1.2.840.113549.1.1.11'), der(5));
  const key = der(
    0x30,
    der(0x30, derOid('1.2.840.113549.1.1.1'), der(5)),
    der(3, u8(0), der(0x30, der(2, u8(0), Buffer.alloc(128, 0xc3)), der(2, Buffer.from([1, 0, 1])))),
  );
  const san = der(0x30, der(0x82, 'example.test'), der(0x82, '*.example.test'), der(0x87, Buffer.from([10, 0, 0, 2])));
  const extensions = der(
    0xa3,
    der(
      0x30,
      der(0x30, derOid('2.5.29.17'), der(4, san)),
      der(0x30, derOid('2.5.29.19'), der(1, u8(255)), der(4, der(0x30, der(1, u8(255)), der(2, u8(3))))),
    ),
  );
  const body = der(
    0x30,
    der(0xa0, der(2, u8(2))),
    der(2, Buffer.from([0, 0xab, 0xcd])),
    algorithm,
    name(['2.5.4.6', 'CZ'], ['2.5.4.10', 'Test, Inc.'], ['2.5.4.3', 'Test CA']),
    der(0x30, der(0x17, '200101000000Z'), der(0x18, '20500101000000Z')),
    name(['2.5.4.3', 'example.test']),
    key,
    extensions,
  );
  return der(0x30, body, algorithm, der(3, u8(0), Buffer.alloc(128, 1)));
}

/** What a ClientHello offers. */
export interface ClientOffer {
  readonly sni?: string;
  readonly ciphers?: readonly number[];
  readonly alpn?: readonly string[];
  readonly versions?: readonly number[];
}

const extension = (type: number, body: Uint8Array) => cat(u16(type), vec16(body));

/** A ClientHello message with its handshake header. */
export function clientHello({
  sni = 'example.test',
  ciphers = [0x1301, 0xc02f],
  alpn = ['h2'],
  versions,
}: ClientOffer = {}): Buffer {
  const extensions = cat(
    extension(0, vec16(cat(u8(0), vec16(Buffer.from(sni))))),
    extension(10, vec16(list16([29, 23]))),
    extension(11, vec8(u8(0))),
    extension(13, vec16(list16([0x0403, 0x0804]))),
    extension(16, vec16(cat(...alpn.map((p) => vec8(Buffer.from(p)))))),
    ...(versions ? [extension(43, vec8(list16(versions)))] : []),
  );
  const body = cat(
    u16(0x0303),
    Buffer.alloc(32, 7),
    vec8(Buffer.alloc(0)),
    vec16(list16(ciphers)),
    vec8(u8(0)),
    vec16(extensions),
  );
  return cat(u8(1), vec24(body));
}

/** A ServerHello message. */
export function serverHello(cipher: number, version?: number): Buffer {
  const extensions = cat(
    ...(version
      ? [extension(43, u16(version)), extension(51, cat(u16(29), vec16(Buffer.alloc(32))))]
      : [extension(0xff01, u8(0))]),
  );
  const body = cat(u16(0x0303), Buffer.alloc(32, 9), vec8(Buffer.alloc(0)), u16(cipher), u8(0), vec16(extensions));
  return cat(u8(2), vec24(body));
}

/** A TLS record. */
export const record = (type: number, body: Uint8Array) => cat(u8(type), u16(0x0303), vec16(body));

/** A DNS name. */
export const dnsName = (text: string) =>
  cat(
    ...text
      .split('.')
      .filter((l) => l !== '')
      .map((l) => vec8(Buffer.from(l))),
    u8(0),
  );

/** A DNS message with one question; answers are given as raw records. */
export function dnsMessage(
  id: number,
  flags: number,
  question: string,
  type: number,
  answers: readonly Uint8Array[] = [],
): Buffer {
  const head = cat(u16(id), u16(flags), u16(1), u16(answers.length), u16(0), u16(0));
  return cat(head, dnsName(question), u16(type), u16(1), ...answers);
}

/** A resource record that points to the question's name. */
export const dnsRecord = (type: number, ttl: number, data: Uint8Array) =>
  cat(u16(0xc00c), u16(type), u16(1), u32(ttl), vec16(data));

function expand(secret: Buffer, label: string, size: number): Buffer {
  const text = `tls13 ${label}`;
  return createHmac('sha256', secret)
    .update(cat(u16(size), u8(text.length), text, u8(0), u8(1)))
    .digest()
    .subarray(0, size);
}

/** A protected QUIC version 1 initial packet with one CRYPTO frame. */
export function quicInitial(clientSide: boolean, dcid: Buffer, crypto: Uint8Array): Buffer {
  const initial = createHmac('sha256', Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex'))
    .update(dcid)
    .digest();
  const secret = expand(initial, clientSide ? 'client in' : 'server in', 32);
  const frames = cat(
    u8(6),
    u8(0),
    u16(0x4000 | crypto.length),
    crypto,
    Buffer.alloc(Math.max(0, 1100 - crypto.length)),
  );
  const [destination, source] = clientSide ? [dcid, Buffer.alloc(0)] : [Buffer.alloc(0), dcid];
  const head = cat(u8(0xc0), u32(1), vec8(destination), vec8(source), u8(0), u16(0x4000 | (frames.length + 17)), u8(0));
  const cipher = createCipheriv('aes-128-gcm', expand(secret, 'quic key', 16), expand(secret, 'quic iv', 12));
  cipher.setAAD(head);
  const body = cat(cipher.update(frames), cipher.final(), cipher.getAuthTag());
  const packet = cat(head, body);
  const number = head.length - 1;
  const mask = createCipheriv('aes-128-ecb', expand(secret, 'quic hp', 16), null).update(
    packet.subarray(number + 4, number + 20),
  );
  packet[0]! ^= mask[0]! & 0x0f;
  packet[number]! ^= mask[1]!;
  return packet;
}

/** An SSH packet without padding rules. */
export function sshPacket(type: number, body: Uint8Array): Buffer {
  const payload = cat(u8(type), body);
  return cat(u32(payload.length + 5), u8(4), payload, Buffer.alloc(4));
}

/** An SSH_MSG_KEXINIT. */
export function kexInit(kex: string, hostKey: string, cipher: string, mac: string, compression: string): Buffer {
  const lists = [kex, hostKey, cipher, cipher, mac, mac, compression, compression, '', ''];
  return sshPacket(20, cat(Buffer.alloc(16, 3), ...lists.map((l) => vec32(l)), u8(0), u32(0)));
}

/** A DHCP message with options given as code and bytes. */
export function dhcp(
  op: number,
  xid: number,
  yiaddr: readonly number[],
  options: readonly [number, Uint8Array | string][],
): Buffer {
  const out = Buffer.alloc(240);
  out.set([op, 1, 6, 0], 0);
  out.set(u32(xid), 4);
  out.set(yiaddr, 16);
  out.set([2, 0, 0, 0, 0, 9], 28);
  out.set(u32(0x63825363), 236);
  return cat(out, ...options.map(([code, body]) => cat(u8(code), vec8(cat(body)))), u8(255));
}
