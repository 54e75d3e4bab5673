import { DEFAULT_SERVER_PORTS, portFlags, type ServerPorts } from './server-ports.js';
import { TCP_ACK, TCP_SYN } from './tcp-flags.js';

/** Guesses whether the first packet that was seen of a flow went from its responder to its originator. */
export class Orientation {
  private readonly tcpServers: Uint8Array;
  private readonly udpServers: Uint8Array;

  constructor(ports: ServerPorts = DEFAULT_SERVER_PORTS) {
    this.tcpServers = portFlags(ports.tcp);
    this.udpServers = portFlags(ports.udp);
  }

  /** @param ports source and destination port, 16 bits each */
  tcp(ports: number, flags: number): boolean {
    if ((flags & TCP_SYN) !== 0 && (flags & TCP_ACK) === 0) return false;
    const source = ports >>> 16;
    const target = ports & 0xffff;
    if (this.tcpServers[source] === 0) return false;
    // Both are plausible: the lower port wins, but an answer may be a scan.
    if (this.tcpServers[target] === 1) return (flags & TCP_SYN) === 0 && source < target;
    return true;
  }

  udp(ports: number): boolean {
    return this.udpServers[ports >>> 16] === 1 && this.udpServers[ports & 0xffff] === 0;
  }
}

/** True for 255.255.255.255, from which nobody answers; `addr` holds source and destination, 4 words each. */
export function toBroadcast(addr: Int32Array): boolean {
  return addr[7] === -1 && addr[6] === 0xffff && addr[5] === 0 && addr[4] === 0;
}
