import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Version-dependent constants of initial packets. */
export interface QuicVersion {
  readonly salt: Buffer;
  readonly label: string;
  /** Packet types after the first two bits. */
  readonly initial: number;
  readonly retry: number;
}

const V1 = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const V2 = Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex');
const DRAFT_29 = Buffer.from('afbfec289993d24c9e9786f19c6111e04390a899', 'hex');
const DRAFT_23 = Buffer.from('c3eef712c72ebb5a11a7d2432bb46365bef9f502', 'hex');
const DRAFT_22 = Buffer.from('7fbcdb0e7c66bbe92a96cd21519ebd7a02644190', 'hex');
const T050 = Buffer.from('7ff579e5acd072915580304c43a2367c60488310', 'hex');
const T051 = Buffer.from('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d', 'hex');

/** Constants of a version number, undefined for versions that cannot be read. */
export function quicVersion(version: number): QuicVersion | undefined {
  if (version === 1) return { salt: V1, label: 'quic', initial: 0, retry: 3 };
  if (version === 0x6b3343cf || version === 0x709a50c4) return { salt: V2, label: 'quicv2', initial: 1, retry: 0 };
  const salt = draftSalt(version);
  return salt && { salt, label: 'quic', initial: 0, retry: 3 };
}

function draftSalt(version: number): Buffer | undefined {
  if (version === 0xfaceb002 || version === 0xfaceb00e || version === 0xfaceb010) return DRAFT_23;
  if (version === 0xfaceb001) return DRAFT_22;
  if (version === 0x54303530) return T050;
  if (version === 0x54303531) return T051;
  if (version >>> 8 !== 0xff0000) return undefined;
  const draft = version & 0xff;
  if (draft === 33 || draft === 34) return V1;
  if (draft >= 29 && draft <= 32) return DRAFT_29;
  if (draft >= 23 && draft <= 28) return DRAFT_23;
  return draft === 22 ? DRAFT_22 : undefined;
}

/** Keys of one direction. */
export class InitialKeys {
  private readonly key: Buffer;
  private readonly iv: Buffer;
  private readonly hp: Buffer;

  constructor(version: QuicVersion, connectionId: Uint8Array, client: boolean) {
    const initial = createHmac('sha256', version.salt).update(connectionId).digest();
    const secret = expand(initial, client ? 'client in' : 'server in', 32);
    this.key = expand(secret, `${version.label} key`, 16);
    this.iv = expand(secret, `${version.label} iv`, 12);
    this.hp = expand(secret, `${version.label} hp`, 16);
  }

  /**
   * The frames of a protected packet that starts at `start`, whose packet number is at `number` and whose last byte is
   * before `end`; undefined when these are not its keys.
   */
  open(buf: Uint8Array, start: number, number: number, end: number): Uint8Array | undefined {
    if (number + 20 > end) return undefined;
    const mask = createCipheriv('aes-128-ecb', this.hp, null).update(buf.subarray(number + 4, number + 20));
    const first = buf[start]! ^ (mask[0]! & 0x0f);
    const size = (first & 3) + 1;
    const header = Buffer.from(buf.subarray(start, number + size));
    header[0] = first;
    const nonce = Buffer.from(this.iv);
    for (let i = 0; i < size; i++) {
      const byte = buf[number + i]! ^ mask[1 + i]!;
      header[number - start + i] = byte;
      nonce[12 - size + i]! ^= byte;
    }
    const body = number + size;
    if (body + 16 > end) return undefined;
    const cipher = createDecipheriv('aes-128-gcm', this.key, nonce);
    cipher.setAAD(header);
    cipher.setAuthTag(buf.subarray(end - 16, end));
    const plain = cipher.update(buf.subarray(body, end - 16));
    try {
      cipher.final();
    } catch {
      return undefined; // the tag does not fit: other keys, or damaged
    }
    return plain;
  }
}

function expand(secret: Buffer, label: string, size: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.from([0, size, name.length]), Buffer.from(name), Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, size);
}
