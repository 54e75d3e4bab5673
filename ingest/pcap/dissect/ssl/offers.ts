import { latin1, u16 } from '../bytes.js';
import type { Session, SharedState } from '../dissector.js';
import { ja3, ja4 } from './fingerprints.js';
import { parseHello, serverName } from './hello.js';

/** What is kept of a ClientHello. */
export interface Offer {
  readonly ja3: string;
  readonly ja4: string;
  readonly serverName: string | undefined;
  /** One character per byte. */
  readonly sessionId: string;
  /** A session ticket was sent. */
  readonly ticket: boolean;
}

interface Shape {
  readonly bytes: Uint8Array;
  readonly ja3: string;
  readonly ja4: string;
}

const MAX_SHAPES = 4096;
const MAX_BYTES = 4096;
/** Extensions whose content enters a fingerprint: groups, point formats, signatures, protocols, versions. */
const TELLING = new Set([10, 11, 13, 16, 43]);

/**
 * ClientHellos of a session. Programs send the same one again and again but for its random parts, so fingerprints are
 * computed once for each sequence of the bytes that enter them.
 */
export class Offers implements SharedState {
  private readonly shapes = new Map<number, Shape>();
  private readonly bytes = new Uint8Array(MAX_BYTES);

  /** Reads the body of a ClientHello in `buf[start, end)`; undefined when it is too short. */
  read(buf: Uint8Array, start: number, end: number, transport: 't' | 'q' | 'd'): Offer | undefined {
    if (end - start < 35) return undefined;
    const cookie = transport === 'd';
    const idEnd = start + 35 + buf[start + 34]!;
    if (idEnd > end) return undefined;
    const sessionId = latin1(buf, start + 35, idEnd);
    const ciphers = cookie ? idEnd + 1 + (buf[idEnd] ?? 0) : idEnd;
    const ciphersEnd = ciphers + 2 + u16(buf, ciphers);
    if (ciphersEnd > end) return undefined;
    const { bytes } = this;
    bytes[0] = transport.charCodeAt(0);
    bytes[1] = buf[start]!;
    bytes[2] = buf[start + 1]!;
    let n = append(buf, ciphers, ciphersEnd, bytes, 3);
    let name: string | undefined;
    let ticket = false;
    let at = ciphersEnd + 1 + (buf[ciphersEnd] ?? 0);
    const stop = Math.min(end, at + 2 + u16(buf, at));
    at += 2;
    while (at + 4 <= stop) {
      const type = u16(buf, at);
      const next = at + 4 + u16(buf, at + 2);
      if (next > stop) break;
      n = append(buf, at, TELLING.has(type) ? next : at + 2, bytes, n);
      if (type === 0 && name === undefined && next - at > 9) name = serverName(buf, at + 6, next);
      else if (type === 35) ticket = next > at + 4;
      at = next;
    }
    const shape = this.shape(n, buf, start, end, transport);
    return shape && { ja3: shape.ja3, ja4: shape.ja4, serverName: name, sessionId, ticket };
  }

  finish(): void {
    this.shapes.clear();
  }

  /** Fingerprints of the hello whose telling bytes are the first `n` of `bytes`. */
  private shape(n: number, buf: Uint8Array, start: number, end: number, transport: 't' | 'q' | 'd'): Shape | undefined {
    const { bytes, shapes } = this;
    const whole = n <= MAX_BYTES;
    let key = n;
    if (whole) {
      for (let k = 0; k < n; k++) key = Math.imul(key ^ bytes[k]!, 0x01000193);
      const known = shapes.get(key);
      if (known !== undefined && equal(known.bytes, bytes, n)) return known;
    }
    const hello = parseHello(buf, start, end, true, transport === 'd');
    if (hello === undefined) return undefined;
    const shape = { bytes: bytes.slice(0, whole ? n : 0), ja3: ja3(hello), ja4: ja4(hello, transport) };
    if (whole) {
      if (shapes.size >= MAX_SHAPES) shapes.clear();
      shapes.set(key, shape);
    }
    return shape;
  }
}

/** Copies `buf[start, end)` to `to[at]` as far as there is room; the result is the position behind it all the same. */
function append(buf: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  const stop = Math.min(end, start + to.length - at);
  for (let k = start; k < stop; k++) to[at + k - start] = buf[k]!;
  return at + end - start;
}

function equal(a: Uint8Array, b: Uint8Array, n: number): boolean {
  if (a.length !== n) return false;
  for (let k = 0; k < n; k++) if (a[k] !== b[k]) return false;
  return true;
}

/** The ClientHellos of a session: `session.shared(offers)`. */
export function offers(_session: Session): Offers {
  return new Offers();
}
