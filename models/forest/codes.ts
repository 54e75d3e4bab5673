/** Codes fit a byte: 0 for unknown, up to 255 for the rest. */
const MAX_EDGES = 254;
/** Values that are looked at to find the edges of a feature. */
const MAX_SAMPLE = 200_000;

/**
 * Edges between the values of a column, at most 254: between any two values where there are few, else where as many rows
 * lie on either side. Long columns are sampled in even steps.
 * @param rows the rows that count; all by default
 */
export function edgesOf(column: Float32Array, rows?: Int32Array): Float64Array {
  const count = rows?.length ?? column.length;
  const step = Math.max(1, Math.floor(count / MAX_SAMPLE));
  const sample = new Float32Array(Math.ceil(count / step));
  let n = 0;
  for (let i = 0; i < count; i += step) {
    const v = column[rows ? rows[i]! : i]!;
    if (!Number.isNaN(v)) sample[n++] = v;
  }
  const sorted = sample.subarray(0, n).sort();
  const values: number[] = [];
  const upTo: number[] = [];
  for (let i = 0; i < n; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      values.push(sorted[i]!);
      upTo.push(0);
    }
    upTo[upTo.length - 1] = i + 1;
  }
  const between = (k: number): number => values[k]! / 2 + values[k + 1]! / 2;
  const out: number[] = [];
  if (values.length - 1 <= MAX_EDGES) {
    for (let k = 0; k + 1 < values.length; k++) out.push(between(k));
  } else {
    // Rows per code; a value with more rows than that gets a code of its own.
    let last = 0;
    for (let k = 0; k + 1 < values.length && out.length < MAX_EDGES; k++) {
      const wanted = (n - last) / (MAX_EDGES + 1 - out.length);
      const nextIsBig = upTo[k + 1]! - upTo[k]! > wanted;
      if (upTo[k]! - last >= wanted || (nextIsBig && upTo[k]! > last)) {
        out.push(between(k));
        last = upTo[k]!;
      }
    }
  }
  return Float64Array.from(new Set(out));
}

/** Code of a value: 0 unknown, else 1 + number of edges at most the value. */
export function codeOf(edges: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Steps that the range of a feature's edges is cut into. */
const STEPS = 256;

/** The same for many values of one feature: a step of its range tells between which few edges a value lies. */
export class EdgeIndex {
  readonly #edges: Float64Array;
  readonly #lowest: number;
  readonly #scale: number;
  /** Number of edges before each step, and all of them. */
  readonly #before = new Int32Array(STEPS + 1);

  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.#lowest = edges[0] ?? 0;
    const scale = STEPS / (edges.at(-1)! - this.#lowest);
    this.#scale = Number.isFinite(scale) ? scale : 0;
    for (const e of edges) this.#before[this.#step(e) + 1]!++;
    for (let s = 0; s < STEPS; s++) this.#before[s + 1]! += this.#before[s]!;
  }

  /** Code of a value, as `codeOf` gives it. */
  codeOf(value: number): number {
    if (Number.isNaN(value)) return 0;
    const step = this.#step(value);
    let low = this.#before[step]!;
    let high = this.#before[step + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }

  /** Never falls as the value grows: edges of earlier steps are below a value, those of later steps above. */
  #step(value: number): number {
    const step = (value - this.#lowest) * this.#scale;
    return step >= STEPS ? STEPS - 1 : step > 0 ? Math.trunc(step) : 0;
  }
}

/** Codes of a column whose edges are at most 254. */
export function codesOf(edges: Float64Array, column: Float32Array): Uint8Array {
  const out = new Uint8Array(column.length);
  for (let i = 0; i < out.length; i++) out[i] = codeOf(edges, column[i]!);
  return out;
}
