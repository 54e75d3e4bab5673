/** IP protocol numbers used by the decoder. */
export const PROTO = {
  ICMP: 1,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  GRE: 47,
  AH: 51,
  ICMPV6: 58,
  NONE: 59,
  SCTP: 132,
} as const;

/** Ether types used by the decoder. */
export const ETHER = {
  IPV4: 0x0800,
  ARP: 0x0806,
  TRANSPARENT: 0x6558,
  IPV6: 0x86dd,
  PPP: 0x880b,
} as const;

/** Marks packets and flows that are not inside a tunnel. */
export const NO_PARENT = Number.NEGATIVE_INFINITY;

/**
 * What is known about the packet being decoded. One object is reused for all packets; inner packets of tunnels
 * overwrite the fields of the outer one. Addresses are 4 words each (IPv4 as ::ffff:a.b.c.d), source first.
 */
export class Frame {
  /** Microseconds since the epoch. */
  ts = 0;
  /** Byte offset of the packet record in its file. */
  offset = 0;
  /** The frame is `buf[..end)`; reassembled datagrams have a buffer of their own. */
  buf: Uint8Array = new Uint8Array(0);
  end = 0;
  /** Network layer found by the link layer: an ether type (0 = none) and its position. */
  l3Type = 0;
  l3At = 0;
  /** Position of the Ethernet destination and source address in `macBuf`, -1 when the link has none. */
  macAt = -1;
  macBuf: Uint8Array = this.buf;
  vlan = 0;
  innerVlan = 0;
  readonly addr = new Int32Array(8);
  /** Length of the IP datagram in bytes by its own header. */
  ipLen = 0;
  proto = 0;
  /** Transport header position, its length in bytes by the IP header, and the end of what was captured of it. */
  l4At = 0;
  l4Len = 0;
  l4End = 0;
  /** True for a datagram put together from fragments. */
  reassembled = false;
  /** Flow serial (or negative tunnel number) of the innermost encapsulation. */
  parent = NO_PARENT;
  depth = 0;
  /** Position of a further aggregated subframe behind this one, 0 when there is none. */
  subframe = 0;
}
