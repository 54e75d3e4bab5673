import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { expect, it } from 'vitest';
import { FlowTable, flowHash } from './table.js';

interface Key {
  addr: Int32Array;
  ports: number;
  proto: number;
}

function reversed(key: Key): Key {
  return {
    addr: Int32Array.from([...key.addr.subarray(4), ...key.addr.subarray(0, 4)]),
    ports: (key.ports << 16) | (key.ports >>> 16),
    proto: key.proto,
  };
}

const key = tuple(
  integer({ min: 1, max: 6 }),
  integer({ min: 1, max: 6 }),
  integer({ min: 0, max: 3 }),
  constantFrom(6, 17),
).map(
  ([a, b, port, proto]): Key => ({
    addr: Int32Array.from([0, 0, 0xffff, a, 0, 0, 0xffff, b]),
    ports: (port << 16) | 80,
    proto,
  }),
);

it('finds what was added, in both directions, and nothing that was removed', () => {
  assert(
    property(array(tuple(constantFrom('add', 'remove', 'reverse'), key), { maxLength: 300 }), (steps) => {
      const table = new FlowTable(1_000_000);
      const known = new Map<string, number>();
      for (const [step, k] of steps) {
        const text = `${k.addr[3]},${k.addr[7]},${k.ports},${k.proto}`;
        const hash = flowHash(k.addr, k.ports, k.proto);
        const back = reversed(k);
        const backText = `${back.addr[3]},${back.addr[7]},${back.ports},${back.proto}`;
        expect(flowHash(back.addr, back.ports, back.proto)).toBe(hash);
        const found = table.find(hash, k.addr, k.ports, k.proto, false);
        const forward = known.get(text);
        const backward = known.get(backText);
        const expected = forward !== undefined ? forward * 2 : backward !== undefined ? backward * 2 + 1 : -1;
        expect(found).toBe(expected);
        if (step === 'remove' && found >= 0) {
          table.remove(found >> 1);
          known.delete((found & 1) === 0 ? text : backText);
        } else if (step !== 'remove' && found < 0) known.set(text, table.add(hash, k.addr, k.ports, k.proto));
        expect(table.size).toBe(known.size);
      }
    }),
  );
});

it('grows beyond its first size', () => {
  const table = new FlowTable(1_000_000);
  const addr = Int32Array.from([0, 0, 0xffff, 1, 0, 0, 0xffff, 2]);
  for (let n = 0; n < 5000; n++) {
    addr[3] = n;
    table.add(flowHash(addr, 80, 6), addr, 80, 6);
  }
  for (let n = 0; n < 5000; n++) {
    addr[3] = n;
    expect(table.find(flowHash(addr, 80, 6), addr, 80, 6, false)).toBe(n * 2);
  }
});
