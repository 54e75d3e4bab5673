import type { Flows } from '../flow/flows.js';
import { D_SERIAL, I_PORTS, STRIDE_D, STRIDE_I } from '../flow/layout.js';
import { fold16, sum16 } from './checksum.js';
import { Fragments } from './fragments.js';
import { ETHER, Frame, NO_PARENT, PROTO } from './frame.js';
import { ipv4, ipv6 } from './ip.js';
import { decodeLink } from './link.js';
import { gre, ipAt, type TunnelType, udpTunnel } from './tunnels.js';
import { subframe } from './wifi.js';

/** Encapsulation inside encapsulation is followed this deep. */
const MAX_DEPTH = 4;

export interface DecoderListener {
  /** A packet belongs to a flow (once per layer of encapsulation). */
  packetOfFlow(f: number, offset: number): void;
  arp(frame: Frame): void;
  /** A flow turned out to be a tunnel. */
  carrier(type: TunnelType, serial: number): void;
  /** A tunnel carries its first IP packet; `flow` is -1 for tunnels directly over IP, whose number is `id`. */
  tunnel(type: TunnelType, flow: number, id: number, frame: Frame): void;
  /** Something odd about a packet that has no flow. */
  oddPacket(name: string, frame: Frame): void;
}

export interface DecodeOptions {
  /** Look into tunnels (default true). */
  tunnels?: boolean;
  /** GTP user data (default true); some networks use port 2152 for other things. */
  gtp?: boolean;
  /** Drop packets with a wrong IP header checksum. */
  enforceChecksums?: boolean;
}

/** From captured frames to flows: link layer, IP, fragments, tunnels. */
export class Decoder {
  readonly counters = {
    notIp: 0,
    arp: 0,
    ipv4: 0,
    ipv6: 0,
    badIp: 0,
    badIpChecksums: 0,
    innerPackets: 0,
    depthExceeded: 0,
  };
  readonly fragments = new Fragments();
  private readonly frame = new Frame();
  private readonly ipTunnels = new Map<string, number>();
  /** Serials of flows that carry other packets; true once one of them was IP. */
  private readonly udpTunnels = new Map<number, boolean>();
  private readonly tunnels: boolean;
  private readonly gtp: boolean;
  private readonly enforce: boolean;

  constructor(
    private readonly flows: Flows,
    private readonly listener: DecoderListener,
    options: DecodeOptions = {},
  ) {
    this.tunnels = options.tunnels ?? true;
    this.gtp = options.gtp ?? true;
    this.enforce = options.enforceChecksums ?? false;
  }

  /** A flow is over; true when it was a tunnel that carried IP. */
  endTunnel(serial: number): boolean {
    if (this.udpTunnels.size === 0) return false;
    const announced = this.udpTunnels.get(serial) ?? false;
    this.udpTunnels.delete(serial);
    return announced;
  }

  /** Take one captured frame `buf[start, start + length)`. */
  packet(buf: Uint8Array, start: number, length: number, ts: number, linkType: number, offset: number): void {
    const f = this.frame;
    f.buf = buf;
    f.end = start + length;
    f.ts = ts;
    f.offset = offset;
    f.macAt = -1;
    f.vlan = 0;
    f.innerVlan = 0;
    f.parent = NO_PARENT;
    f.depth = 0;
    this.flows.lifetimes.tick(ts);
    f.subframe = 0;
    if (decodeLink(f, linkType, start)) this.networks(f);
    else this.counters.notIp++;
  }

  /** The network layer of a frame and of the subframes behind it. */
  private networks(f: Frame): void {
    if (f.subframe === 0) {
      this.network(f);
      return;
    }
    const { buf, end, depth, parent } = f;
    for (;;) {
      const next = f.subframe;
      f.subframe = 0;
      this.network(f);
      if (next === 0) return;
      f.buf = buf;
      f.end = end;
      f.depth = depth;
      f.parent = parent;
      if (!subframe(f, next)) return;
    }
  }

  private network(f: Frame): void {
    f.reassembled = false;
    if (f.l3Type === ETHER.IPV4) {
      const result = ipv4(f);
      this.counters.ipv4++;
      if (result === 'bad') {
        this.counters.badIp++;
        this.listener.oddPacket('invalid_IP_header_size', f);
        return;
      }
      if (fold16(sum16(f.buf, f.l3At, f.l4At, 0)) !== 0xffff) {
        this.counters.badIpChecksums++;
        if (this.enforce) {
          this.listener.oddPacket('bad_IP_checksum', f);
          return;
        }
      }
      if (result === 'fragment' && !this.fragments.add(f)) return;
    } else if (f.l3Type === ETHER.IPV6) {
      const result = ipv6(f);
      this.counters.ipv6++;
      if (result === 'bad') {
        this.counters.badIp++;
        return;
      }
      if (result === 'fragment' && !this.fragments.add(f)) return;
    } else {
      this.counters.arp++;
      this.listener.arp(f);
      return;
    }
    this.transport(f);
  }

  private transport(f: Frame): void {
    const proto = f.proto;
    if (proto === PROTO.NONE) return;
    const carrier = proto === PROTO.GRE || proto === PROTO.IPIP || proto === PROTO.IPV6;
    if (carrier && this.tunnels && this.ipTunnel(f)) return;
    const flow = this.flows.packet(f);
    if (flow < 0) {
      this.listener.oddPacket('truncated_header', f);
      return;
    }
    this.listener.packetOfFlow(flow, f.offset);
    if (proto === PROTO.UDP && this.tunnels && this.flows.accepted) this.inUdp(f, flow);
  }

  private ipTunnel(f: Frame): boolean {
    if (f.depth >= MAX_DEPTH) {
      this.tooDeep(f);
      return false;
    }
    const type = f.proto === PROTO.GRE ? 'GRE' : 'IP';
    const key = tunnelKey(type, f);
    f.end = Math.min(f.end, f.l4End);
    const { l4At: at, macAt, vlan, innerVlan } = f;
    this.enter(f);
    if (!(type === 'GRE' ? gre(f, at, f.end) : ipAt(f, at))) {
      f.macAt = macAt;
      f.vlan = vlan;
      f.innerVlan = innerVlan;
      return false;
    }
    this.inner(f, this.numbered(type, key, f));
    return true;
  }

  /** Number of a tunnel that is known by its two ends only. */
  private numbered(type: TunnelType, key: string, f: Frame): number {
    let id = this.ipTunnels.get(key);
    if (id === undefined) {
      id = -1 - this.ipTunnels.size;
      this.ipTunnels.set(key, id);
      this.listener.tunnel(type, -1, id, f);
    }
    return id;
  }

  private inUdp(f: Frame, flow: number): void {
    const start = f.l4At + 8;
    if (f.l4End - start < 8) return;
    const t = this.flows.table;
    const ports = t.i[flow * STRIDE_I + I_PORTS]!;
    const serial = t.d[flow * STRIDE_D + D_SERIAL]!;
    f.end = Math.min(f.end, f.l4End);
    this.enter(f);
    const type = udpTunnel(f, ports >>> 16, ports & 0xffff, start, f.end, this.gtp);
    if (!type) return;
    if (f.depth >= MAX_DEPTH) {
      this.tooDeep(f);
      return;
    }
    if (type === 'GRE') {
      this.inner(f, this.numbered(type, tunnelKey(type, f), f));
      return;
    }
    const announced = this.udpTunnels.get(serial);
    if (announced === undefined) this.listener.carrier(type, serial);
    if (!announced) {
      const ip = f.l3Type !== ETHER.ARP;
      this.udpTunnels.set(serial, ip);
      if (ip) this.listener.tunnel(type, flow, serial, f);
    }
    this.inner(f, serial);
  }

  private tooDeep(f: Frame): void {
    this.counters.depthExceeded++;
    this.listener.oddPacket('exceeded_tunnel_max_depth', f);
  }

  /** What is inside a tunnel has its own link layer, or none. */
  private enter(f: Frame): void {
    f.macAt = -1;
    f.vlan = 0;
    f.innerVlan = 0;
    f.subframe = 0;
  }

  private inner(f: Frame, parent: number): void {
    this.counters.innerPackets++;
    f.depth++;
    f.parent = parent;
    this.networks(f);
  }
}

function tunnelKey(type: TunnelType, f: Frame): string {
  const a = f.addr.subarray(0, 4).join(',');
  const b = f.addr.subarray(4, 8).join(',');
  return a < b ? `${type} ${a} ${b}` : `${type} ${b} ${a}`;
}
