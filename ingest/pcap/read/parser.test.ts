import { array, assert as fcAssert, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, block, bytes, le16, le32, pcap } from '../testing/packets.js';
import { CaptureParser } from './parser.js';
import { CaptureRefused, Problems } from './problems.js';

interface Seen {
  ts: number;
  data: number[];
  wire: number;
  link: number;
  offset: number;
}

function parse(file: Bytes, sizes: readonly number[] = [file.length]): { seen: Seen[]; problems: string[] } {
  const seen: Seen[] = [];
  const problems = new Problems();
  const handler = {
    packet(buf: Uint8Array, at: number, cap: number, wire: number, ts: number, link: number, offset: number): void {
      seen.push({ ts, data: [...buf.subarray(at, at + cap)], wire, link, offset });
    },
  };
  const parser = new CaptureParser(handler, problems, 0, 'test');
  let at = 0;
  for (let k = 0; at < file.length; k++) {
    const size = Math.max(1, sizes[k % sizes.length]!);
    if (!parser.done) parser.push(file.slice(at, at + size));
    at += size;
  }
  parser.end();
  return { seen, problems: problems.list().map((p) => `${p.kind}@${p.places[0]?.offset}`) };
}

const frames = [
  { ts: 1_000_001, data: bytes('one') },
  { ts: 2_500_000, data: bytes('second') },
];
const section = block(0x0a0d0d0a, bytes(le32(0x1a2b3c4d), le16(1), le16(0), le32(-1), le32(-1)));
const face = (link: number, options: Bytes = new Uint8Array(0)): Bytes =>
  block(1, bytes(le16(link), le16(0), le32(0), options));
const enhanced = (id: number, high: number, low: number, data: Bytes): Bytes =>
  block(6, bytes(le32(id), le32(high), le32(low), le32(data.length), le32(data.length), data));

describe('pcap', () => {
  it.each([{}, { big: true }, { nanos: true }, { big: true, nanos: true }])('byte order and resolution %j', (o) => {
    const { seen, problems } = parse(pcap(frames, o));
    expect(seen.map((s) => s.ts)).toEqual([1_000_001, 2_500_000]);
    expect(seen.map((s) => s.offset)).toEqual([24, 43]);
    expect(Buffer.from(seen[1]!.data).toString()).toBe('second');
    expect(problems).toEqual([]);
  });

  it.each([4, 8, 12])('record headers with %d more bytes under the plain magic number', (extra) => {
    for (const o of [{ extra }, { extra, big: true, nanos: true }]) {
      const three = ['one', 'second', 'third'].map((data, k) => ({ ts: 1.7e15 + k, data: bytes(data) }));
      const { seen, problems } = parse(pcap(three, o), [7]);
      expect(seen.map((s) => Buffer.from(s.data).toString())).toEqual(['one', 'second', 'third']);
      expect(problems).toEqual([]);
      expect(parse(pcap(three, o).slice(0, -1)).problems).toEqual([`file-cut@${24 + 2 * (16 + extra) + 9}`]);
    }
  });

  it('of one packet, and of packets far apart, are read as they stand', () => {
    expect(parse(pcap(frames.slice(0, 1)))).toMatchObject({ seen: [{ ts: 1_000_001 }], problems: [] });
    const apart = [frames[0]!, { ts: 9e14, data: bytes('much later') }];
    expect(parse(pcap(apart)).seen.map((s) => s.data.length)).toEqual([3, 10]);
  });

  it('reports a cut record with its offset and keeps what is before', () => {
    const { seen, problems } = parse(pcap(frames).slice(0, -1));
    expect(seen).toHaveLength(1);
    expect(problems).toEqual(['file-cut@43']);
  });

  it('stops at a record length that cannot be', () => {
    const file = pcap(frames);
    file.set(le32(0xfffffff0), 43 + 8);
    expect(parse(file)).toMatchObject({ problems: ['record-too-large@43'] });
    expect(parse(file).seen).toHaveLength(1);
  });

  it('stops at an appended second file', () => {
    const { seen, problems } = parse(bytes(pcap(frames), pcap(frames)));
    expect(seen).toHaveLength(2);
    expect(problems).toEqual(['second-header@65']);
  });

  it.each([
    ['nothing', new Uint8Array(0), 'empty-file'],
    ['a few bytes of a header', pcap([]).slice(0, 7), 'header-cut'],
    ['text', bytes('this is certainly no capture file'), 'not-a-capture'],
  ])('refuses %s', (_name, file, reason) => {
    expect(() => parse(file)).toThrow(CaptureRefused);
    try {
      parse(file);
    } catch (error) {
      expect((error as CaptureRefused).reason).toBe(reason);
    }
  });
});

describe('pcapng', () => {
  it('times that no calendar has count as of 1970', () => {
    const far = bytes(le16(14), le16(8), le32(0), le32(0x40000000), le16(0), le16(0));
    const file = bytes(
      section,
      face(1),
      enhanced(0, 0xffffffff, 0xffffffff, bytes('a')),
      enhanced(0, 0, 5, bytes('b')),
    );
    const { seen, problems } = parse(bytes(file, face(1, far), enhanced(1, 0, 5, bytes('c'))));
    expect(seen.map(({ ts }) => ts)).toEqual([0, 5, 0]);
    expect(problems).toEqual([expect.stringMatching(/^no-time@/)]);
  });

  it('interfaces, resolutions, unknown and simple blocks, sections of both byte orders', () => {
    const nanos = bytes(le16(9), le16(1), 9, 0, 0, 0, le16(0), le16(0));
    const file = bytes(
      section,
      face(1),
      face(101, nanos),
      block(0x0bad, new Uint8Array(40)),
      enhanced(0, 0, 1_000_001, bytes('abc')),
      enhanced(1, 0x17a3f0d2, 0x4be7c4d1, bytes('defg')),
      block(3, bytes(le32(2), bytes('hi'))),
      block(2, bytes(le16(1), le16(0), le32(0), le32(5_000), le32(1), le32(9), bytes('x'))),
      section,
      enhanced(0, 0, 1, bytes('lost')),
    );
    const { seen, problems } = parse(file);
    expect(seen.map((s) => [s.ts, s.link, Buffer.from(s.data).toString()])).toEqual([
      [1_000_001, 1, 'abc'],
      [Number(((BigInt(0x17a3f0d2) << 32n) | BigInt(0x4be7c4d1)) / 1000n), 101, 'defg'],
      [0, 1, 'hi'],
      [5, 101, 'x'],
    ]);
    expect(problems.map((problem) => problem.split('@')[0])).toEqual(['no-time', 'unknown-interface']);
  });

  it('stops at a block length that cannot be', () => {
    const bad = enhanced(0, 0, 1, bytes('abcd'));
    bad.set(le32(13), 4);
    const { seen, problems } = parse(bytes(section, face(1), enhanced(0, 0, 1, bytes('ok')), bad));
    expect(seen).toHaveLength(1);
    expect(problems[0]).toMatch(/^bad-block-length@/);
  });
});

describe('chunks', () => {
  const ng = bytes(
    section,
    face(1),
    block(0x0bad, new Uint8Array(300)),
    enhanced(0, 0, 7, bytes('abc')),
    enhanced(0, 0, 8, bytes('de')),
  );
  it('of any size give the same packets', () => {
    fcAssert(
      property(array(integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        expect(parse(pcap(frames), sizes)).toEqual(parse(pcap(frames)));
        expect(parse(pcap(frames, { extra: 8 }), sizes)).toEqual(parse(pcap(frames, { extra: 8 })));
        expect(parse(ng, sizes)).toEqual(parse(ng));
      }),
    );
  });

  it('of garbage never throw anything but a refusal', () => {
    fcAssert(
      property(uint8Array({ maxLength: 400 }), integer({ min: 0, max: 2 }), (garbage, kind) => {
        const start = [pcap([]), section, bytes(section, face(1))][kind]!;
        try {
          parse(bytes(start, garbage), [17]);
        } catch (error) {
          expect(error).toBeInstanceOf(CaptureRefused);
        }
      }),
    );
  });
});
