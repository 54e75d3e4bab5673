import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversation, dissect, type Packet } from '../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../test/acceptance/dissect/samples.js';

/** More in the long mode: FUZZ_RUNS=100000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);

const damage = fc.array(fc.record({ packet: fc.nat(40), at: fc.nat(3000), value: fc.integer({ min: 0, max: 255 }) }), {
  maxLength: 12,
});
const shape = fc.record({
  damage,
  cut: fc.option(fc.integer({ min: 1, max: 200 })),
  drop: fc.option(fc.nat(20)),
  truncate: fc.option(fc.nat(400)),
  repeat: fc.boolean(),
});

interface Shape {
  readonly damage: readonly { packet: number; at: number; value: number }[];
  readonly cut: number | null;
  readonly drop: number | null;
  readonly truncate: number | null;
  readonly repeat: boolean;
}

/** A copy in any case: `slice` of a Buffer shares its memory, and damage would stay in the samples. */
const copy = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

function mutate({ flow, packets }: Conversation, { damage, cut, drop, truncate, repeat }: Shape): Conversation {
  let out: Packet[] = packets.map(({ fromOrig, bytes }) => ({ fromOrig, bytes: copy(bytes) }));
  for (const { packet, at, value } of damage) {
    const target = out[packet % out.length]!.bytes;
    if (target.length > 0) target[at % target.length] = value;
  }
  if (truncate !== null)
    out = out.map((p, i) => (i === truncate % out.length ? { ...p, bytes: p.bytes.slice(0, truncate) } : p));
  if (drop !== null && out.length > 1) {
    const [lost] = out.splice(drop % out.length, 1);
    out.push({ fromOrig: lost!.fromOrig, bytes: new Uint8Array(0), gap: lost!.bytes.length });
  }
  if (cut !== null && flow.proto !== 'udp') out = out.flatMap((p) => slices(p, cut));
  return { flow, packets: repeat ? [...out, ...out] : out };
}

function slices({ fromOrig, bytes, gap }: Packet, size: number): Packet[] {
  const out: Packet[] = [];
  for (let i = 0; i < bytes.length; i += size)
    out.push({ fromOrig, bytes: bytes.slice(i, i + size), ...(i === 0 && gap ? { gap } : {}) });
  return out;
}

function failures(conversation: Conversation): unknown[] {
  return dissect(conversation)
    .rows('weird')
    .filter((row) => row.name === 'dissector_failed')
    .map((row) => row.addl);
}

describe('damaged input', () => {
  it('is made from copies: the samples stay as they are', () => {
    for (const sample of Object.values(SAMPLES)) {
      const before = sample.packets.map((p) => Buffer.from(p.bytes).toString('hex'));
      const everywhere = sample.packets.map((_, packet) => ({
        packet,
        at: 0,
        value: sample.packets[packet]!.bytes[0]! ^ 0xff,
      }));
      mutate(sample, { damage: everywhere, cut: null, drop: null, truncate: null, repeat: false });
      expect(sample.packets.map((p) => Buffer.from(p.bytes).toString('hex'))).toEqual(before);
    }
  });

  for (const [name, sample] of Object.entries(SAMPLES)) {
    it(`${name}: parsers neither throw nor hang`, () => {
      fc.assert(
        fc.property(shape, (how) => {
          expect(failures(mutate(sample, how))).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    }, 600_000);
  }

  it('random bytes are nothing, without an error', () => {
    const packets = fc.array(fc.record({ fromOrig: fc.boolean(), bytes: fc.uint8Array({ maxLength: 600 }) }), {
      maxLength: 8,
    });
    const flow = fc.record({
      proto: fc.constantFrom('tcp' as const, 'udp' as const),
      resp_p: fc.constantFrom(21, 22, 25, 53, 80, 137, 443, 514, 5000),
    });
    fc.assert(
      fc.property(flow, packets, (f, p) => {
        expect(failures({ flow: f, packets: p })).toEqual([]);
      }),
      { numRuns: RUNS * 3 },
    );
  }, 600_000);
});

describe('how a stream is cut into packets', () => {
  for (const name of ['dnsTcp', 'http', 'tls12', 'tls13', 'smtp', 'ftp'] as const) {
    it(`${name}: does not matter`, () => {
      const sample = SAMPLES[name]!;
      const strip = (c: Conversation) => {
        const found = dissect(c);
        const rows = (['dns', 'http', 'ssl', 'x509', 'files', 'smtp', 'ftp'] as const).flatMap((t) => found.rows(t));
        return [found.service, rows.map(({ ts: _ts, rtt: _rtt, duration: _duration, ...rest }) => rest)];
      };
      const whole = strip(sample);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 120 }), (size) => {
          expect(strip({ flow: sample.flow, packets: sample.packets.flatMap((p) => slices(p, size)) })).toEqual(whole);
        }),
        { numRuns: Math.min(RUNS, 60) },
      );
    }, 600_000);
  }
});
