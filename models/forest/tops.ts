import type { Forest } from './forest.js';

/** The first levels of every tree as full binary trees, which a walk goes down without a pointer or a question. */
export interface TreeTops {
  /** Levels of tests: 1, 4, 7 or 10. */
  readonly levels: number;
  /**
   * Per tree 2 ^ levels words; the test of place k (the root has 1, children of k have 2k and 2k + 1) is
   * `cut << bits | feature * abreast`. Below a leaf every row goes left.
   */
  readonly tests: Int32Array;
  /** Probability at each place below the last level, by tree, left to right; 0 where the tree goes on. */
  readonly leaves: Float32Array;
  /** The node at each of those places where the tree goes on, else -1; undefined when none goes on. */
  readonly ends: Int32Array | undefined;
}

/** A step of the walk is three levels, and beyond ten most of a full tree would be empty. */
const LEVELS = [1, 4, 7, 10] as const;
/** Words of the largest top. */
export const TOP = 1 << 10;
/** Words per node of the forest that the tops may take: deep trees of few nodes get fewer full levels. */
const ROOM = 4;

/**
 * @param bits below the cut in a test
 * @param abreast what a feature's number is multiplied by there
 */
export function treeTops(forest: Forest, bits: number, abreast: number): TreeTops {
  const { nodes, roots } = forest;
  const depth = deepest(forest);
  const fits = LEVELS.filter((l) => l === 1 || roots.length << l <= ROOM * (nodes.length / 2));
  const levels = fits.find((l) => l >= depth) ?? fits.at(-1)!;
  const width = 1 << levels;
  const always = 0x7fff_ffff & (-1 << bits);
  const tests = new Int32Array(roots.length * width);
  const leaves = new Float32Array(roots.length * width);
  const ends = depth > levels ? new Int32Array(roots.length * width).fill(-1) : undefined;
  const words = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  for (const [t, root] of roots.entries()) {
    const from = t * width;
    // Node at each place, level by level.
    let row = [root];
    for (let level = 0; level < levels; level++) {
      const next: number[] = [];
      for (const [k, node] of row.entries()) {
        const test = nodes[2 * node]!;
        const at = from + (1 << level) + k;
        if (test < 0) {
          tests[at] = always;
          next.push(node, node);
        } else {
          tests[at] = ((test & 0xffff) << bits) | ((test >>> 16) * abreast);
          next.push(nodes[2 * node + 1]!, nodes[2 * node + 1]! + 1);
        }
      }
      row = next;
    }
    for (const [k, node] of row.entries()) {
      if (nodes[2 * node]! < 0) leaves[from + k] = words[2 * node + 1]!;
      else if (ends) ends[from + k] = node;
    }
  }
  return { levels, tests, leaves, ends };
}

/** Tests on the longest way down. Children come after their node. */
function deepest({ nodes, roots }: Forest): number {
  const depths = new Int32Array(nodes.length / 2);
  let most = 0;
  for (let i = 0; i < depths.length; i++) {
    most = Math.max(most, depths[i]!);
    if (nodes[2 * i]! < 0) continue;
    const left = nodes[2 * i + 1]!;
    depths[left] = Math.max(depths[left]!, depths[i]! + 1);
    depths[left + 1] = Math.max(depths[left + 1]!, depths[i]! + 1);
  }
  return roots.length === 0 ? 0 : most;
}
