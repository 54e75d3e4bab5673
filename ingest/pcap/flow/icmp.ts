const V4_PAIRS: readonly [number, number][] = [
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [10, 9],
];
const V6_PAIRS: readonly [number, number][] = [
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [139, 140],
  [144, 145],
];

const V4 = table(V4_PAIRS);
const V6 = table(V6_PAIRS);

function table(pairs: readonly [number, number][]): Int16Array {
  const counterparts = new Int16Array(256).fill(-1);
  for (const [a, b] of pairs) {
    counterparts[a] = b;
    counterparts[b] = a;
  }
  return counterparts;
}

/** The type that answers an ICMP type, or -1 when messages of this type go one way only. */
export function icmpCounterpart(v6: boolean, type: number): number {
  return (v6 ? V6 : V4)[type]!;
}
