import { CliError, inputError } from '../../cli/errors.js';
import { codeOf } from './codes.js';
import { type Forest, type ForestData, LEAF } from './forest.js';

/** Rows beyond which ml-random-forest takes longer than anyone waits (its time grows with the square of the rows). */
export const MAX_ROWS = 2_000;
/** Stands for unknown values, which ml-random-forest does not know: below all others, as ours go left. */
export const UNKNOWN = -1e9;

/** A tree node as `RandomForestClassifier.toJSON()` gives it. */
interface JsonNode {
  readonly splitColumn?: number;
  readonly splitValue?: number;
  readonly left?: JsonNode;
  readonly right?: JsonNode;
  readonly distribution?: readonly (readonly number[])[];
}

/**
 * Trains with ml-random-forest: bagging of rows, features drawn once per tree.
 * @returns its own JSON, which `importForest` reads
 * @throws CliError for more than 5,000 rows
 */
export async function trainMlRandomForest(data: ForestData, trees: number, seed: number): Promise<string> {
  const n = data.labels.length;
  if (n > MAX_ROWS) {
    throw new CliError(`${n} rows are too many for ml-random-forest (up to ${MAX_ROWS}); use --engine native`);
  }
  const { RandomForestClassifier } = await import('ml-random-forest');
  const rows = Array.from({ length: n }, (_, i) => data.columns.map((c) => (Number.isNaN(c[i]!) ? UNKNOWN : c[i]!)));
  const forest = new RandomForestClassifier({
    seed: seed | 0,
    nEstimators: trees,
    maxFeatures: Math.ceil(data.names.length / 2),
    replacement: false,
    useSampleBagging: true,
    noOOB: true,
  });
  forest.train(rows, Array.from(data.labels));
  return JSON.stringify(forest.toJSON());
}

/** How far the last tree's votes stay from 0 and 1. */
const TIE = 0.01;

/**
 * A forest from the JSON of ml-random-forest. Each tree's leaf votes for its likelier class, so that a share of votes of
 * .5 and more is the label that ml-random-forest's own majority gives. Of a tie it takes the class that got its half
 * first, which is the one that the last tree did not vote for: so the last tree's votes count a little less.
 * @throws CliError when it is no such JSON
 */
export function importForest(json: string, names: readonly string[], what: string): Forest {
  const bad = (why: string): never => {
    throw inputError(`${what}: not a classifier of ml-random-forest (${why})`);
  };
  let model: { name?: unknown; baseModel?: { estimators?: unknown; indexes?: unknown } } = {};
  try {
    model = JSON.parse(json) as typeof model;
  } catch {
    bad('not JSON');
  }
  const estimators = model.baseModel?.estimators as { root?: JsonNode }[] | undefined;
  const indexes = model.baseModel?.indexes as number[][] | undefined;
  if (
    model.name !== 'RFClassifier' ||
    !Array.isArray(estimators) ||
    !Array.isArray(indexes) ||
    estimators.length === 0
  ) {
    return bad('no trees');
  }
  const values = names.map(() => new Set<number>());
  const splits: { node: JsonNode; feature: number }[] = [];
  for (const [t, tree] of estimators.entries()) {
    for (const node of nodesOf(tree.root)) {
      if (!isSplit(node)) continue;
      const feature = indexes[t]?.[node.splitColumn!];
      if (feature === undefined || !(feature >= 0 && feature < names.length) || !Number.isFinite(node.splitValue)) {
        return bad('a split without a feature or value');
      }
      values[feature]!.add(node.splitValue!);
      splits.push({ node, feature });
    }
  }
  const featureOf = new Map(splits.map((s) => [s.node, s.feature]));
  const edges = values.map((v) => Float64Array.from(v).sort());
  const words: number[] = [];
  const roots: number[] = [];
  const leaves: [at: number, probability: number][] = [];
  for (const tree of estimators) {
    roots.push(words.length / 2);
    // Nodes wait here with the place that was kept for them, so that a child always comes after its parent.
    const open: { node: JsonNode | undefined; at: number }[] = [{ node: tree.root, at: words.length / 2 }];
    words.push(0, 0);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, at } = next;
      if (node === undefined) return bad('a tree without nodes');
      if (isSplit(node)) {
        const feature = featureOf.get(node)!;
        const left = words.length / 2;
        words.push(0, 0, 0, 0);
        // x < value goes left: codes up to the number of edges at most the value go left, that one not.
        words[2 * at] = (feature << 16) | (codeOf(edges[feature]!, node.splitValue!) - 1);
        words[2 * at + 1] = left;
        open.push({ node: node.right, at: left + 1 }, { node: node.left, at: left });
      } else {
        words[2 * at] = LEAF;
        const vote = votes(node.distribution);
        leaves.push([at, tree === estimators.at(-1) ? Math.abs(vote - TIE) : vote]);
      }
    }
  }
  const nodes = Int32Array.from(words);
  const probabilities = new Float32Array(nodes.buffer);
  for (const [at, p] of leaves) probabilities[2 * at + 1] = p;
  return { names, edges, roots: Int32Array.from(roots), nodes };
}

const isSplit = (node: JsonNode): boolean =>
  node.left !== undefined && node.right !== undefined && node.distribution === undefined;

/** 1 when class 1 is the likelier; the first of equals, as ml-random-forest takes it. */
function votes(distribution: JsonNode['distribution']): number {
  const [p0 = 0, p1 = 0] = distribution?.[0] ?? [];
  return p1 > p0 ? 1 : 0;
}

function* nodesOf(root: JsonNode | undefined): Generator<JsonNode> {
  const open = root ? [root] : [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    if (isSplit(node)) open.push(node.right!, node.left!);
  }
}
