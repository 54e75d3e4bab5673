import { inputError } from '../../cli/errors.js';

/** Rows column by column; NaN = unknown. All columns have `labels.length` values. */
export interface ForestData {
  readonly names: readonly string[];
  readonly columns: readonly Float32Array[];
  /** 1 malicious, 0 benign. */
  readonly labels: Uint8Array;
}

/**
 * A forest of binary trees over coded features.
 *
 * A value's code is 0 when it is unknown, else 1 + the number of edges of its feature that are at most the value. A node
 * is two 32-bit words: `feature << 16 | cut` and the number of its left child (the right one follows it), which a row
 * takes when its code is at most the cut; a leaf is -1 and the probability of class 1 as a float.
 */
export interface Forest {
  readonly names: readonly string[];
  /** Ascending edges per feature. */
  readonly edges: readonly Float64Array[];
  /** Number of each tree's first node. */
  readonly roots: Int32Array;
  readonly nodes: Int32Array;
}

export const LEAF = -1;
/** Edges of a feature that a code of 16 bits can tell apart. */
const MAX_EDGES = 65_534;
/** Features that a test of `ForestScorer` can tell apart. */
const MAX_FEATURES = 5461;
const MAGIC = 'slipstream-forest/1\n';

/** The forest as bytes: magic, length of the header, JSON header, nodes (little-endian). */
export function writeForest(forest: Forest): Uint8Array {
  const header = JSON.stringify({
    names: forest.names,
    edges: forest.edges.map((e) => [...e]),
    roots: [...forest.roots],
    nodes: forest.nodes.length / 2,
  });
  const text = Buffer.from(
    header.padEnd(Math.ceil(Buffer.byteLength(header) / 4) * 4 - (Buffer.byteLength(header) - header.length)),
    'utf8',
  );
  const start = MAGIC.length + 4 + text.length;
  const out = Buffer.alloc(start + forest.nodes.length * 4);
  out.write(MAGIC, 0, 'latin1');
  out.writeUInt32LE(text.length, MAGIC.length);
  text.copy(out, MAGIC.length + 4);
  for (let i = 0; i < forest.nodes.length; i++) out.writeInt32LE(forest.nodes[i]!, start + i * 4);
  return out;
}

/**
 * Reads what `writeForest` wrote. Every number is checked: a forest from others ends its walks and reads no foreign memory.
 * @throws CliError naming what is wrong
 */
export function readForest(bytes: Uint8Array, what: string): Forest {
  const bad = (why: string): never => {
    throw inputError(`${what}: not a forest of slipstream (${why}); train the model again`);
  };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < MAGIC.length + 4 || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) bad('wrong beginning');
  const length = buffer.readUInt32LE(MAGIC.length);
  const start = MAGIC.length + 4 + length;
  if (start > buffer.length) bad('cut short');
  let header: { names?: unknown; edges?: unknown; roots?: unknown; nodes?: unknown } = {};
  try {
    header = JSON.parse(buffer.toString('utf8', MAGIC.length + 4, start)) as typeof header;
  } catch {
    bad('its header is not JSON');
  }
  const { names, edges, roots, nodes: count } = header;
  if (!isTexts(names) || !Array.isArray(edges) || edges.length !== names.length || !edges.every(isNumbers)) {
    return bad('its features are damaged');
  }
  if (names.length > MAX_FEATURES) return bad(`more than ${MAX_FEATURES} features`);
  if (!isNumbers(roots) || roots.length === 0 || typeof count !== 'number' || buffer.length !== start + count * 8) {
    return bad('its trees are damaged');
  }
  const forest: Forest = {
    names,
    edges: edges.map((e: number[]) => Float64Array.from(e)),
    roots: Int32Array.from(roots),
    nodes: new Int32Array(count * 2),
  };
  for (let i = 0; i < forest.nodes.length; i++) forest.nodes[i] = buffer.readInt32LE(start + i * 4);
  const wrong = wrongIn(forest);
  return wrong === undefined ? forest : bad(wrong);
}

const isTexts = (v: unknown): v is string[] =>
  Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === 'string');
const isNumbers = (v: unknown): v is number[] => Array.isArray(v) && v.every((x) => typeof x === 'number');

/** What would make a walk run astray. Children come after their node, so every walk ends. */
function wrongIn(forest: Forest): string | undefined {
  const { nodes, edges, roots } = forest;
  const count = nodes.length / 2;
  for (const list of edges) {
    if (list.length > MAX_EDGES) return 'too many edges';
    for (let i = 1; i < list.length; i++) if (!(list[i - 1]! < list[i]!)) return 'edges out of order';
  }
  for (const root of roots) if (!Number.isInteger(root) || root < 0 || root >= count) return 'a tree without a root';
  const probability = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  for (let i = 0; i < count; i++) {
    const test = nodes[2 * i]!;
    if (test < 0) {
      const p = probability[2 * i + 1]!;
      if (test !== LEAF || !(p >= 0 && p <= 1)) return 'a leaf out of range';
      continue;
    }
    const left = nodes[2 * i + 1]!;
    if (test >>> 16 >= edges.length || left <= i || left + 1 >= count) return 'a node out of range';
  }
  return undefined;
}
