import ipaddr from 'ipaddr.js';

type Value = string | number | { readonly [key: string]: Value };

/**
 * A MaxMind database of IPv6 with IPv4 at ::/96, records of 24 bits: `networks` are CIDRs and what to say about them.
 * Numbers that are whole become uint32, others double.
 */
export function mmdb(type: string, networks: Readonly<Record<string, Value>>): Buffer {
  const nodes: (number | { data: number } | undefined)[][] = [[undefined, undefined]];
  const values = Object.values(networks);
  for (const [i, cidr] of Object.keys(networks).entries()) insert(nodes, bits(cidr), { data: i });
  const data = values.map(encode);
  const offsets = data.map((_, i) => data.slice(0, i).reduce((sum, b) => sum + b.length, 0));
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [n, node] of nodes.entries()) {
    for (const [side, to] of node.entries()) {
      const record =
        to === undefined ? nodes.length : typeof to === 'number' ? to : nodes.length + 16 + offsets[to.data]!;
      tree.writeUIntBE(record, n * 6 + side * 3, 3);
    }
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1700000000,
    database_type: type,
    ip_version: 6,
    node_count: nodes.length,
    record_size: 24,
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('abcdef4d61784d696e642e636f6d', 'hex'), metadata]);
}

function bits(cidr: string): number[] {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const bytes =
    address.kind() === 'ipv4' ? [...new Array<number>(12).fill(0), ...address.toByteArray()] : address.toByteArray();
  const all = bytes.flatMap((b) => [7, 6, 5, 4, 3, 2, 1, 0].map((k) => (b >> k) & 1));
  return all.slice(0, address.kind() === 'ipv4' ? 96 + length : length);
}

function insert(nodes: (number | { data: number } | undefined)[][], path: number[], leaf: { data: number }): void {
  let at = 0;
  for (const bit of path.slice(0, -1)) {
    const next = nodes[at]![bit];
    if (typeof next === 'number') at = next;
    else {
      nodes.push([next, next]);
      nodes[at]![bit] = nodes.length - 1;
      at = nodes.length - 1;
    }
  }
  nodes[at]![path.at(-1)!] = leaf;
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && value >= 0;
    const bytes = Buffer.alloc(whole ? 4 : 8);
    if (whole) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(whole ? 6 : 3, bytes.length), bytes]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([k, v]) => [encode(k), encode(v)])]);
}

function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29]);
}
