import { createHash } from 'node:crypto';
import { u32 } from '../bytes.js';
import { text } from '../text.js';

/** The ten name lists of SSH_MSG_KEXINIT. */
export interface KexInit {
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: readonly [toServer: string, toClient: string];
  readonly mac: readonly [string, string];
  readonly compression: readonly [string, string];
}

/** Reads the message's body (after its type); undefined when it is cut. */
export function parseKexInit(buf: Uint8Array, start: number, end: number): KexInit | undefined {
  const lists: string[] = [];
  let at = start + 16;
  for (let i = 0; i < 8; i++) {
    const stop = at + 4 + u32(buf, at);
    if (at + 4 > end || stop > end) return undefined;
    lists.push(text(buf, at + 4, stop));
    at = stop;
  }
  const [kex, hostKey, c1, c2, m1, m2, z1, z2] = lists as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { kex, hostKey, cipher: [c1, c2], mac: [m1, m2], compression: [z1, z2] };
}

/** HASSH of a client's offer, or of a server's. */
export function hassh(offer: KexInit, server: boolean): string {
  const side = server ? 1 : 0;
  const parts = [offer.kex, offer.cipher[side], offer.mac[side], offer.compression[side]];
  return createHash('md5').update(parts.join(';')).digest('hex');
}

const FAILED = 'Algorithm negotiation failed';

/** The first of the client's algorithms that the server knows. */
export function negotiated(client: string, server: string): string {
  const known = new Set(server.split(','));
  return client.split(',').find((name) => name !== '' && known.has(name)) ?? FAILED;
}

/** What both directions agree on; both results when they differ. */
export function negotiatedBothWays(client: readonly [string, string], server: readonly [string, string]): string {
  const toServer = negotiated(client[0], server[0]);
  const toClient = negotiated(client[1], server[1]);
  return toServer === toClient ? toServer : `To server: ${toServer}, to client: ${toClient}`;
}
