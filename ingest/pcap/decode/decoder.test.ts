import { array, assert, integer, property, shuffledSubarray, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, bytes, ethernet, frame, ipv4, ipv6, pcap, tcp, u16, u32, udp } from '../testing/packets.js';
import { runFiles, runFrames } from '../testing/run.js';

const inner4 = udp(['192.0.2.1', 1111], ['192.0.2.2', 2222], 'hello');
const inner6 = udp(['2001:db8::1', 1111], ['2001:db8::2', 2222], 'hello');
const outer: [[string, number], [string, number]] = [
  ['10.0.0.1', 50000],
  ['10.0.0.2', 4789],
];

async function linked(linkType: number, data: Bytes): Promise<Record<string, unknown>[]> {
  const { flows } = await runFiles([pcap([{ ts: 1, data }], { linkType })]);
  return flows;
}

describe('link layers', () => {
  it.each<[string, number, Bytes]>([
    ['Ethernet', 1, frame(inner4)],
    ['raw IP', 101, inner4],
    ['raw IPv6', 229, inner6],
    ['BSD loopback', 0, bytes(2, 0, 0, 0, inner4)],
    ['BSD loopback, IPv6 of another system', 108, bytes(0, 0, 0, 30, inner6)],
    ['Linux cooked', 113, bytes(new Uint8Array(14), u16(0x0800), inner4)],
    ['Linux cooked v2', 276, bytes(u16(0x86dd), new Uint8Array(18), inner6)],
    ['PPP', 9, bytes(0xff, 3, u16(0x21), inner4)],
    ['PPPoE', 1, ethernet(0x8864, bytes(0x11, 0, u16(1), u16(inner4.length + 2), u16(0x21), inner4))],
    ['MPLS', 1, ethernet(0x8847, bytes(u32(0x10_0ff), u32(0x20_1ff), inner4))],
    ['LLC and SNAP', 1, ethernet(8 + inner4.length, bytes(0xaa, 0xaa, 3, 0, 0, 0, u16(0x0800), inner4))],
    ['provider backbone', 1, ethernet(0x88e7, bytes(u32(1), frame(inner4)))],
    ['802.11', 105, bytes(0x08, 0x02, new Uint8Array(22), 0xaa, 0xaa, 3, 0, 0, 0, u16(0x0800), inner4)],
  ])('%s', async (_name, linkType, data) => {
    const flows = await linked(linkType, data);
    expect(flows).toHaveLength(1);
    expect(flows[0]).toMatchObject({ orig_p: 1111, resp_p: 2222, proto: 'udp', orig_pkts: 1 });
  });

  it('VLAN and QinQ', async () => {
    const tagged = ethernet(0x88a8, bytes(u16(0x2007), u16(0x8100), u16(0x0009), u16(0x0800), inner4));
    const [flow] = await linked(1, tagged);
    expect(flow).toMatchObject({
      vlan: 7,
      inner_vlan: 9,
      orig_l2_addr: '02:00:00:00:00:01',
      resp_l2_addr: '02:00:00:00:00:02',
    });
  });

  it('ARP is a record', async () => {
    const arp = bytes(u16(1), u16(0x0800), 6, 4, u16(1), 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, new Uint8Array(6), 10, 0, 0, 9);
    const { records, flows } = await runFrames([ethernet(0x0806, arp)]);
    expect(flows).toEqual([]);
    expect(records).toMatchObject([
      {
        table: 'arp',
        row: {
          operation: 'request',
          orig_h: '10.0.0.1',
          resp_h: '10.0.0.9',
          src_mac: '02:00:00:00:00:01',
          dst_mac: '02:00:00:00:00:02',
          orig_hw: '02:00:00:00:00:01',
          resp_hw: '00:00:00:00:00:00',
        },
      },
    ]);
    expect((await runFrames([ethernet(0x0806, arp.subarray(0, 20))])).records.filter((r) => r.table === 'arp')).toEqual(
      [],
    );
  });
});

describe('IP', () => {
  it('options and padding do not count as payload', async () => {
    const header = ipv4('192.0.2.1', '192.0.2.2', 17, inner4.subarray(20), { options: Uint8Array.of(1, 1, 1, 0) });
    const [flow] = await linked(1, bytes(frame(header), new Uint8Array(10)));
    expect(flow).toMatchObject({ orig_ip_bytes: 20 + 4 + 8 + 5 });
  });

  it('IPv6 extension headers are walked', async () => {
    const extended = ipv6(
      '2001:db8::1',
      '2001:db8::2',
      0,
      bytes(60, 0, new Uint8Array(6), 17, 0, new Uint8Array(6), inner6.subarray(40)),
    );
    const [flow] = await linked(1, frame(extended));
    expect(flow).toMatchObject({ proto: 'udp', orig_p: 1111, orig_ip_bytes: 40 + 16 + 13 });
  });

  it('fragments in any order give one datagram', async () => {
    const datagram = udp(['192.0.2.1', 1111], ['192.0.2.2', 2222], new Uint8Array(200).fill(9)).subarray(20);
    const size = 40;
    const parts = Array.from({ length: Math.ceil(datagram.length / size) }, (_, k) =>
      ipv4('192.0.2.1', '192.0.2.2', 17, datagram.slice(k * size, (k + 1) * size), {
        id: 77,
        offset: k * size,
        more: (k + 1) * size < datagram.length,
      }),
    );
    const orders = shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length });
    const seen: Bytes[][] = [];
    assert(
      property(orders, (order) => void seen.push(order)),
      { numRuns: 12 },
    );
    for (const order of seen) {
      const { flows, result } = await runFrames(order.map((part) => frame(part)));
      expect(flows).toHaveLength(1);
      expect(flows[0]).toMatchObject({ orig_pkts: 1, orig_ip_bytes: 228, history: 'D' });
      expect(result.fragments).toMatchObject({ reassembled: 1, dropped: 0 });
    }
  });

  it('IPv6 fragments give one datagram', async () => {
    const data = inner6.subarray(40);
    const part = (offset: number, end: number, more: number): Bytes =>
      ipv6('2001:db8::1', '2001:db8::2', 44, bytes(17, 0, u16(offset | more), u32(5), data.slice(offset, end)));
    const { flows } = await runFrames([frame(part(8, 13, 0)), frame(part(0, 8, 1))]);
    expect(flows[0]).toMatchObject({ proto: 'udp', orig_pkts: 1, orig_ip_bytes: 53 });
  });

  it('fragments that come again and again cost little', async () => {
    const piece = (offset: number, more: boolean): Bytes =>
      frame(ipv4('192.0.2.1', '192.0.2.2', 17, new Uint8Array(8), { id: 7, offset, more }));
    const again = Array.from({ length: 8000 }, () => piece(0, true));
    const run = (pieces: Bytes[]) => runFiles([pcap(pieces.map((data) => ({ ts: 1, data })))]);
    const hole = await run([piece(16, false), ...again]);
    expect(hole.result.fragments).toMatchObject({ fragments: 8001, reassembled: 0 });
    const filled = await run([piece(16, false), ...again, piece(8, true)]);
    expect(filled.result.fragments).toMatchObject({ fragments: 8002, reassembled: 1 });
  });

  it('lengths that cannot be are counted', async () => {
    const bad = frame(inner4);
    bad[14] = 0x4f;
    const { result, flows } = await runFrames([bad]);
    expect(flows).toEqual([]);
    expect(result.decode.badIp).toBe(1);
  });
});

describe('tunnels', () => {
  const teredo = udp(['2001:0:1234::1', 1111], ['2001:db8::2', 2222], 'hello');
  it.each<[string, Bytes, string, number]>([
    ['GRE', ipv4('10.0.0.1', '10.0.0.2', 47, bytes(u16(0x2000), u16(0x0800), u32(7), inner4)), 'Tunnel::GRE', 1],
    ['IP in IP', ipv4('10.0.0.1', '10.0.0.2', 4, inner4), 'Tunnel::IP', 1],
    ['6in4', ipv4('10.0.0.1', '10.0.0.2', 41, inner6), 'Tunnel::IP', 1],
    ['VXLAN', udp(...outer, bytes(8, 0, 0, 0, 0, 0, 5, 0, frame(inner4))), 'Tunnel::VXLAN', 2],
    ['Geneve', udp(outer[0], ['10.0.0.2', 6081], bytes(0, 0, u16(0x0800), 0, 0, 5, 0, inner4)), 'Tunnel::GENEVE', 2],
    ['Teredo', udp(outer[0], ['10.0.0.2', 3544], bytes(0, 0, new Uint8Array(6), teredo)), 'Tunnel::TEREDO', 2],
    ['Teredo between clients', udp(outer[0], ['10.0.0.2', 32900], teredo), 'Tunnel::TEREDO', 2],
    [
      'GTP',
      udp(outer[0], ['10.0.0.2', 2152], bytes(0x30, 0xff, u16(inner4.length), u32(1), inner4)),
      'Tunnel::GTPv1',
      2,
    ],
  ])('%s', async (_name, packet, type, count) => {
    const { flows, records } = await runFrames([frame(packet)]);
    expect(flows).toHaveLength(count);
    const inner = flows.at(-1)!;
    expect(inner).toMatchObject({ orig_p: 1111, resp_p: 2222, proto: 'udp' });
    const tunnels = records.filter((r) => r.table === 'tunnel').map((r) => r.row);
    // Like Zeek, nothing tells the end of a tunnel that is no flow.
    const actions = count === 2 ? ['Tunnel::DISCOVER', 'Tunnel::CLOSE'] : ['Tunnel::DISCOVER'];
    expect(tunnels.map((row) => row.action)).toEqual(actions);
    expect(tunnels[0]!.tunnel_type).toBe(type);
    expect([...(inner.tunnel_parents as Iterable<string>)]).toEqual([tunnels[0]!.uid]);
    if (count === 2) expect(flows[0]!.uid).toBe(tunnels[0]!.uid);
  });

  it('depth is bounded', async () => {
    let packet = inner4;
    for (let k = 0; k < 30; k++) packet = ipv4('10.0.0.1', '10.0.0.2', 4, packet);
    const { result, records } = await runFrames([frame(packet)]);
    expect(result.decode.innerPackets).toBe(4);
    const oddities = records.filter(({ table }) => table === 'weird').map(({ row }) => row.name);
    expect(oddities).toEqual(['exceeded_tunnel_max_depth']);
  });

  it('can be left alone', async () => {
    const { flows } = await runFrames([frame(ipv4('10.0.0.1', '10.0.0.2', 4, inner4))], { tunnels: false });
    expect(flows).toMatchObject([{ proto: 'unknown_transport', orig_h: '10.0.0.1' }]);
  });
});

it('no bytes make the decoder throw', () => {
  const start = [
    frame(inner4),
    frame(inner6),
    frame(tcp(['10.0.0.1', 1], ['10.0.0.2', 443], 'S', 1, 0)),
    frame(ipv4('10.0.0.1', '10.0.0.2', 47, bytes(u16(0), u16(0x6558), frame(inner4)))),
  ];
  return Promise.all(
    [0, 1, 105, 113, 127, 239, 276].map(async (linkType) => {
      const frames: Bytes[] = [];
      assert(
        property(
          integer({ min: 0, max: 3 }),
          array(integer({ min: 0, max: 90 })),
          uint8Array({ maxLength: 60 }),
          (kind, at, noise) => {
            const data = bytes(start[kind]!, noise);
            at.forEach((position, k) => {
              data[position % data.length] = noise[k % Math.max(1, noise.length)] ?? 255;
            });
            frames.push(data);
          },
        ),
      );
      const { result } = await runFiles([
        pcap(
          frames.map((data, k) => ({ ts: k, data })),
          { linkType },
        ),
      ]);
      expect(result.packets).toBe(frames.length);
    }),
  );
});
