import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { usageError } from './errors.js';

/**
 * Reads a YAML file and checks it.
 * @throws CliError with `file:line:column` of the first thing that is wrong
 */
export function parseYaml<T extends z.ZodType>(path: string, schema: T): z.infer<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken) throw usageError(`${at(broken.pos[0])}: ${broken.message.split('\n')[0]}`);
  const result = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (result.success) return result.data as z.infer<T>;
  const issue = result.error.issues[0]!;
  const keyPath = issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p));
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const where = offsetOf(document, unknown === undefined ? keyPath : [...keyPath, unknown]);
  const name = [...keyPath, ...(unknown === undefined ? [] : [unknown])].join('.');
  const message = unknown === undefined ? issue.message : 'unknown key';
  throw usageError(`${at(where)}: ${name === '' ? '' : `${name}: `}${message}`);
}

/** Offset of the node at a path, or of the nearest parent. For a key of a map: of the key itself. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    const parent =
      depth === 0 ? undefined : depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const items = (parent as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | undefined)
      ?.items;
    const key = items?.find((i) => i.key?.value === path[depth - 1])?.key;
    if (key?.range) return key.range[0];
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
