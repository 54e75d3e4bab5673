import { ipv4, mac, u32 } from '../bytes.js';
import { text } from '../text.js';

/** What is used of a DHCP message. */
export interface DhcpMessage {
  readonly request: boolean;
  readonly xid: number;
  readonly yiaddr: string;
  readonly chaddr: string | undefined;
  type: number;
  hostName?: string;
  fqdn?: string;
  domain?: string;
  message?: string;
  requested?: string;
  lease?: number;
  clientMac?: string;
  serverId?: string;
}

const COOKIE = 0x63825363;
const OPTIONS = 240;

/** Whether a datagram is a DHCP message. */
export function isDhcp(buf: Uint8Array, start: number, end: number): boolean {
  const op = buf[start];
  return end - start >= OPTIONS && (op === 1 || op === 2) && u32(buf, start + 236) === COOKIE;
}

/** Reads `buf[start, end)`; undefined when it is no DHCP message or has no type. */
export function parseDhcp(buf: Uint8Array, start: number, end: number): DhcpMessage | undefined {
  if (!isDhcp(buf, start, end)) return undefined;
  const ethernet = buf[start + 1] === 1 && buf[start + 2] === 6;
  const message: DhcpMessage = {
    request: buf[start] === 1,
    xid: u32(buf, start + 4),
    yiaddr: ipv4(buf, start + 16),
    chaddr: ethernet ? mac(buf, start + 28) : undefined,
    type: 0,
  };
  const overload = options(message, buf, start + OPTIONS, end);
  if (overload & 1) options(message, buf, start + 108, start + 236);
  if (overload & 2) options(message, buf, start + 44, start + 108);
  return message.type === 0 ? undefined : message;
}

function options(message: DhcpMessage, buf: Uint8Array, start: number, end: number): number {
  let overload = 0;
  for (let at = start; at < end; ) {
    const code = buf[at]!;
    if (code === 255) break;
    if (code === 0) {
      at++;
      continue;
    }
    const from = at + 2;
    const to = from + (buf[at + 1] ?? 0);
    if (to > end) break;
    if (code === 52 && to > from) overload = buf[from]!;
    else option(message, code, buf, from, to);
    at = to;
  }
  return overload;
}

function option(message: DhcpMessage, code: number, buf: Uint8Array, start: number, end: number): void {
  const size = end - start;
  const plain = () => text(buf, start, buf[end - 1] === 0 ? end - 1 : end, 255);
  switch (code) {
    case 12:
      message.hostName = plain();
      break;
    case 15:
      message.domain = plain();
      break;
    case 50:
      if (size === 4) message.requested = ipv4(buf, start);
      break;
    case 51:
      if (size === 4) message.lease = u32(buf, start);
      break;
    case 53:
      if (size >= 1) message.type = buf[start]!;
      break;
    case 54:
      if (size === 4) message.serverId = ipv4(buf, start);
      break;
    case 56:
      message.message = plain();
      break;
    case 61:
      if (size === 7 && buf[start] === 1) message.clientMac = mac(buf, start + 1);
      break;
    case 81:
      if (size > 3) message.fqdn = buf[start]! & 4 ? labels(buf, start + 3, end) : text(buf, start + 3, end, 255);
  }
}

function labels(buf: Uint8Array, start: number, end: number): string {
  const parts: string[] = [];
  for (let at = start; at < end && buf[at] !== 0; at += 1 + buf[at]!)
    parts.push(text(buf, at + 1, Math.min(end, at + 1 + buf[at]!)));
  return parts.join('.');
}

const TYPES = [
  '',
  'DISCOVER',
  'OFFER',
  'REQUEST',
  'DECLINE',
  'ACK',
  'NAK',
  'RELEASE',
  'INFORM',
  'FORCERENEW',
  'LEASEQUERY',
  'LEASEUNASSIGNED',
  'LEASEUNKNOWN',
  'LEASEACTIVE',
  'BULKLEASEQUERY',
  'LEASEQUERYDONE',
  'ACTIVELEASEQUERY',
  'LEASEQUERYSTATUS',
  'TLS',
];

/** Name of a message type. */
export function dhcpTypeName(type: number): string {
  return TYPES[type] || `Unknown_DHCP_message_type_${type}`;
}
