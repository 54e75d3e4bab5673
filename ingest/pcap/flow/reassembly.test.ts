import { array, assert, boolean, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../decode/decoder.js';
import { type Bytes, frame, tcp } from '../testing/packets.js';
import { Flows } from './flows.js';

interface Delivery {
  stream: (number | 'gap')[];
}

/** Run segments of one direction through the flow engine; what arrives in order, a gap as one mark per byte. */
function deliver(segments: readonly { seq: number; data: Bytes }[], acks: readonly number[], total: number): Delivery {
  const stream: (number | 'gap')[] = [];
  const flows = new Flows({
    flowStarted: () => 5,
    flowEnded: () => undefined,
    datagram: () => undefined,
    streamData(_slot, _f, dir, _ts, buf, start, end) {
      if (dir === 0) stream.push(...buf.subarray(start, end));
    },
    streamGap(_slot, _f, dir, _ts, bytes) {
      if (dir === 0) stream.push(...Array.from({ length: bytes }, () => 'gap' as const));
    },
  });
  const decoder = new Decoder(flows, {
    packetOfFlow: () => undefined,
    arp: () => undefined,
    carrier: () => undefined,
    tunnel: () => undefined,
    oddPacket: () => undefined,
  });
  const a: [string, number] = ['10.0.0.1', 40000];
  const b: [string, number] = ['10.0.0.2', 80];
  let ts = 0;
  const send = (packet: Bytes): void => {
    const data = frame(packet);
    ts += 1000;
    decoder.packet(data, 0, data.length, ts, 1, 0);
  };
  send(tcp(a, b, 'S', 99, 0));
  send(tcp(b, a, 'SA', 500, 100));
  send(tcp(a, b, 'A', 100, 501));
  segments.forEach(({ seq, data }, k) => {
    send(tcp(a, b, 'A', 100 + seq, 501, data));
    if (acks[k] !== undefined) send(tcp(b, a, 'A', 501, 100 + acks[k]!));
  });
  send(tcp(b, a, 'A', 501, 100 + total));
  return { stream };
}

const segment = record({ start: integer({ min: 0, max: 60 }), length: integer({ min: 1, max: 25 }) });

describe('stream reassembly', () => {
  it('equals a simple reference: every byte once, in order, missing bytes as gaps', () => {
    assert(
      property(array(segment, { minLength: 1, maxLength: 25 }), (list) => {
        const total = Math.max(...list.map((s) => s.start + s.length));
        const source = Uint8Array.from({ length: total }, (_, k) => (k * 31) & 255);
        const have = new Set<number>();
        for (const s of list) for (let k = 0; k < s.length; k++) have.add(s.start + k);
        const expected = Array.from(source, (value, k) => (have.has(k) ? value : 'gap'));
        const segments = list.map((s) => ({ seq: s.start, data: source.slice(s.start, s.start + s.length) }));
        expect(deliver(segments, [], total).stream).toEqual(expected);
      }),
    );
  });

  it('the first copy of a byte wins, whatever a later copy says', () => {
    assert(
      property(array(segment, { minLength: 1, maxLength: 25 }), (list) => {
        const total = Math.max(...list.map((s) => s.start + s.length));
        const first = new Map<number, number>();
        const segments = list.map((s, n) => {
          const data = new Uint8Array(s.length).fill(n);
          for (let k = 0; k < s.length; k++) if (!first.has(s.start + k)) first.set(s.start + k, n);
          return { seq: s.start, data };
        });
        const expected = Array.from({ length: total }, (_, k) => first.get(k) ?? 'gap');
        expect(deliver(segments, [], total).stream).toEqual(expected);
      }),
    );
  });

  it('acknowledgements end the waiting for a hole', () => {
    assert(
      property(array(record({ segment, ack: boolean() }), { minLength: 1, maxLength: 25 }), (list) => {
        const total = Math.max(...list.map(({ segment: s }) => s.start + s.length));
        const segments = list.map(({ segment: s }) => ({ seq: s.start, data: new Uint8Array(s.length).fill(7) }));
        // Everything seen so far is acknowledged: what is missing then stays missing.
        let high = 0;
        let base = 0;
        const state: (number | 'gap' | undefined)[] = [];
        const acks = list.map(({ segment: s, ack }) => {
          for (let k = s.start; k < s.start + s.length; k++) if (k >= base && state[k] === undefined) state[k] = 7;
          high = Math.max(high, s.start + s.length);
          if (!ack) return undefined;
          for (let k = base; k < high; k++) state[k] ??= 'gap';
          base = high;
          return high;
        });
        for (let k = 0; k < total; k++) state[k] ??= 'gap';
        const out = deliver(segments, acks as number[], total);
        expect(out.stream).toEqual(state);
      }),
    );
  });
});
