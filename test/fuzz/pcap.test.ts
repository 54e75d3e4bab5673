import { describe, expect, it } from 'vitest';
import { Decoder } from '../../ingest/pcap/decode/decoder.js';
import { loadDissectors } from '../../ingest/pcap/dissect/registry.js';
import { DissectSession } from '../../ingest/pcap/dissect/session.js';
import { Flows } from '../../ingest/pcap/flow/flows.js';
import { CaptureParser } from '../../ingest/pcap/read/parser.js';
import { CaptureRefused, Problems } from '../../ingest/pcap/read/problems.js';
import { Streams } from '../../ingest/pcap/stream/streams.js';
import {
  type Bytes,
  bytes,
  ethernet,
  frame,
  icmp,
  ipv4,
  ipv6,
  pcap,
  tcp,
  u16,
  u32,
  udp,
} from '../../ingest/pcap/testing/packets.js';

/**
 * Mutated packets and files through the whole engine: nothing may throw, and the flow table must stay in order.
 * FUZZ_MUTATIONS sets the number of mutated packets (default 40 000; the long mode is 1 000 000).
 */
const MUTATIONS = Number(process.env.FUZZ_MUTATIONS ?? 40_000);
const LINK_TYPES = [1, 1, 1, 1, 101, 0, 113, 276, 105, 127, 9, 192, 239];

/** A small generator of pseudo-random numbers: a failing run can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function seeds(): Bytes[] {
  const a: [string, number] = ['10.0.0.1', 40000];
  const b: [string, number] = ['10.0.0.2', 80];
  const inner = udp(
    ['192.0.2.1', 5353],
    ['192.0.2.2', 53],
    bytes(u16(7), u16(0x0100), u16(1), u32(0), u16(0), 3, 'www', 0, u16(1), u16(1)),
  );
  const hello = bytes(0x16, 3, 1, u16(45), 1, 0, u16(41), 3, 3, new Uint8Array(32), 0, u16(2), u16(0x1301), 1, 0);
  const packets = [
    tcp(a, b, 'S', 99, 0),
    tcp(b, a, 'SA', 499, 100),
    tcp(a, b, 'A', 100, 500),
    tcp(a, b, 'PA', 100, 500, 'GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n'),
    tcp(b, a, 'PA', 500, 147, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
    tcp(a, b, 'FA', 147, 543),
    tcp(b, a, 'FA', 543, 148),
    tcp(a, b, 'RA', 148, 544),
    tcp(['10.0.0.3', 40001], ['10.0.0.4', 443], 'PA', 1, 1, hello),
    tcp(['10.0.0.3', 40002], ['10.0.0.4', 22], 'PA', 1, 1, 'SSH-2.0-OpenSSH_9.0\r\n'),
    inner,
    icmp('10.0.0.1', '10.0.0.2', 8, 0, 'ping'),
    icmp('fe80::1', 'ff02::2', 133, 0),
    ipv4('10.0.0.1', '10.0.0.2', 17, inner.subarray(20, 36), { id: 9, more: true }),
    ipv4('10.0.0.1', '10.0.0.2', 17, inner.subarray(36), { id: 9, offset: 16 }),
    ipv4('10.0.0.1', '10.0.0.2', 47, bytes(u16(0x3000), u16(0x6558), u32(1), u32(2), frame(inner))),
    ipv4(
      '10.0.0.1',
      '10.0.0.2',
      41,
      ipv6('2001:db8::1', '2001:db8::2', 0, bytes(17, 0, new Uint8Array(6), inner.subarray(20))),
    ),
    udp(['10.0.0.1', 1], ['10.0.0.2', 4789], bytes(8, 0, 0, 0, 0, 0, 5, 0, frame(inner))),
    udp(['10.0.0.1', 1], ['10.0.0.2', 6081], bytes(0, 0, u16(0x0800), 0, 0, 5, 0, inner)),
    udp(['10.0.0.1', 1], ['10.0.0.2', 2152], bytes(0x36, 0xff, u16(40), u32(1), u16(1), 0, 0, inner)),
    udp(['10.0.0.1', 1], ['10.0.0.2', 3544], ipv6('2001::1', '2001:db8::2', 17, inner.subarray(20))),
    udp(
      ['10.0.0.1', 68],
      ['255.255.255.255', 67],
      bytes(1, 1, 6, 0, new Uint8Array(232), u32(0x63825363), 53, 1, 1, 255),
    ),
  ];
  const framed = packets.map((packet) => frame(packet));
  framed.push(ethernet(0x88a8, bytes(u16(7), u16(0x8100), u16(9), u16(0x8847), u32(0x1ff), inner)));
  framed.push(ethernet(0x0806, bytes(u16(1), u16(0x0800), 6, 4, u16(1), new Uint8Array(20))));
  return framed;
}

describe('fuzz', () => {
  it(`${MUTATIONS} mutated packets`, async () => {
    const next = random(20240717);
    const session = new DissectSession({ emit: () => undefined }, await loadDissectors());
    let open = 0;
    const flows: Flows = new Flows(
      {
        flowStarted: (_f, proto) => {
          open++;
          return streams.slotFor(proto);
        },
        flowEnded: (f) => {
          open--;
          streams.end(f, 0);
        },
        datagram: (slot, f, dir, ts, buf, start, end) => streams.data(slot, f, dir, ts, buf, start, end),
        streamData: (slot, f, dir, ts, buf, start, end) => streams.data(slot, f, dir, ts, buf, start, end),
        streamGap: (slot, f, dir, _ts, count) => streams.gap(slot, f, dir, count),
      },
      { maxFlows: 500 },
    );
    const streams = new Streams(
      () => flows.table,
      session,
      (serial) => String(serial),
    );
    const decoder = new Decoder(flows, {
      packetOfFlow: () => undefined,
      arp: () => undefined,
      carrier: () => undefined,
      tunnel: () => undefined,
      oddPacket: () => undefined,
    });
    const packets = seeds();
    let ts = 1e15;
    for (let n = 0; n < MUTATIONS; n++) {
      const original = packets[next(packets.length)]!;
      const data = original.slice(0, next(8) === 0 ? next(original.length + 1) : original.length);
      for (let k = next(6); k > 0 && data.length > 0; k--) {
        const at = next(data.length);
        data[at] = next(3) === 0 ? next(256) : data[at]! ^ (1 << next(8));
      }
      ts += next(50) === 0 ? next(100) * 1e6 : next(100_000);
      if (next(500) === 0) ts -= next(1000) * 1e6;
      decoder.packet(data, 0, data.length, ts, LINK_TYPES[next(LINK_TYPES.length)]!, n);
      expect(open).toBe(flows.table.size);
    }
    expect(flows.table.size).toBeLessThanOrEqual(500);
    for (const f of flows.lifetimes.remaining()) flows.lifetimes.endOfCapture(f);
    expect([open, flows.table.size]).toEqual([0, 0]);
  }, 600_000);

  it('mutated files', () => {
    const next = random(5);
    const file = pcap(seeds().map((data, k) => ({ ts: k * 1000, data })));
    for (let n = 0; n < MUTATIONS / 100; n++) {
      const data = file.slice(0, next(4) === 0 ? next(file.length) : file.length);
      for (let k = 1 + next(10); k > 0 && data.length > 0; k--)
        data[next(next(3) === 0 ? Math.min(60, data.length) : data.length)] = next(256);
      const parser = new CaptureParser({ packet: () => undefined }, new Problems(), 0, 'fuzz');
      try {
        for (let at = 0; at < data.length; at += 700) if (!parser.done) parser.push(data.subarray(at, at + 700));
        parser.end();
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureRefused);
      }
    }
  });
});
