/** Deeper nesting than this is no log line. */
const DEEPEST = 1000;

/**
 * The object of one JSON line, or the reason why a strict JSON reader will not take it as one: also doubled keys in
 * the first `levels` levels, halves of surrogate pairs and absurd nesting, which `JSON.parse` lets pass.
 */
export function brokenJsonObject(line: string, levels = 2): Record<string, unknown> | string {
  if (nesting(line) > DEEPEST) return 'JSON nested too deep';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'broken JSON';
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return 'not a JSON object';
  if (/\\u[dD][89a-fA-F]/.test(line) && /\\ud[89a-f]/.test(JSON.stringify(value))) return 'half a surrogate pair';
  const double = doubledKey(line, levels);
  return double === undefined ? (value as Record<string, unknown>) : `key ${double} twice`;
}

/** Highest number of open brackets, strings left out. */
function nesting(line: string): number {
  let depth = 0;
  let most = 0;
  scan(line, (char) => {
    if (char === '{' || char === '[') most = Math.max(most, ++depth);
    else if (char === '}' || char === ']') depth--;
  });
  return most;
}

/** A key that an object of the first `levels` levels has twice. */
function doubledKey(line: string, levels: number): string | undefined {
  const seen: Set<string>[] = [];
  const arrays: boolean[] = [];
  let found: string | undefined;
  scan(line, (char, key) => {
    if (char === '{' || char === '[') {
      arrays.push(char === '[');
      seen.push(new Set());
    } else if (char === '}' || char === ']') {
      arrays.pop();
      seen.pop();
    } else if (char === ':' && key !== undefined && seen.length <= levels && !arrays.includes(true)) {
      const keys = seen[seen.length - 1];
      const name = JSON.parse(key) as string;
      if (keys?.has(name)) found ??= name;
      keys?.add(name);
    }
  });
  return found;
}

/** Calls back for each bracket, and for each colon with the string before it. */
function scan(line: string, visit: (char: string, key: string | undefined) => void): void {
  let last: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (char === '"') {
      const from = i;
      for (i++; i < line.length && line[i] !== '"'; i++) if (line[i] === '\\') i++;
      last = line.slice(from, i + 1);
    } else if (char === '{' || char === '[' || char === '}' || char === ']') visit(char, undefined);
    else if (char === ':') visit(char, last);
  }
}
