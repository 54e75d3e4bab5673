/** Ports that are likely a server's, used to guess who started a flow whose beginning was not seen. */
export interface ServerPorts {
  readonly tcp: ReadonlySet<number>;
  readonly udp: ReadonlySet<number>;
}

const TCP: readonly number[] = [
  21, 22, 23, 25, 53, 80, 81, 88, 102, 110, 111, 135, 139, 143, 389, 443, 445, 502, 514, 563, 585, 587, 614, 631, 636,
  989, 990, 992, 993, 995, 1080, 1433, 1883, 2811, 3128, 3268, 3306, 3389, 5060, 5061, 5222, 5223, 5269, 5432, 5900,
  6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000,
];
const UDP: readonly number[] = [
  53, 67, 68, 69, 88, 111, 123, 137, 138, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3478, 3544, 3702, 4011, 4789,
  5060, 5072, 5353, 5355, 6081, 20000,
];

/** Zeek's likely server ports with its default scripts. */
export const DEFAULT_SERVER_PORTS: ServerPorts = { tcp: new Set(TCP), udp: new Set(UDP) };

/** One byte per port (1 = likely a server's), for the hot path. */
export function portFlags(ports: ReadonlySet<number>): Uint8Array {
  const flags = new Uint8Array(65536);
  for (const port of ports) flags[port & 0xffff] = 1;
  return flags;
}
