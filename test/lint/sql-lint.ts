import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What makes a result depend on threads, row order, chance or the clock. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\b(first|last|any_value|arbitrary)\s*\(/i, 'takes any row of a group: use min or max, or an ordered list'],
  [/\b(arg_max|arg_min|max_by|min_by|argmax|argmin)\s*\(/i, 'ties are broken by row order: use an ordered list'],
  [/\bapprox_\w+\s*\(|\breservoir_quantile\s*\(/i, 'approximate'],
  [/\b(random|setseed|uuid|gen_random_uuid|uuidv7|uuidv4)\s*\(/i, 'random'],
  [/\busing\s+sample\b|\btablesample\b/i, 'random'],
  [/\b(now|today|get_current_timestamp|transaction_timestamp|current_localtimestamp)\s*\(/i, 'reads the clock'],
  [/\b(current_timestamp|current_date|current_time|localtimestamp)\b/i, 'reads the clock'],
  [/\b(mode|entropy|kahan_sum|fsum|favg|sumkahan)\s*\(/i, 'depends on row order or floating-point order'],
  [
    /\b(avg|mean|stddev\w*|var_\w+|variance|corr|covar_\w+|regr_\w+|skewness|kurtosis\w*)\s*\(/i,
    'sums floating-point numbers in any order: sum integers and divide once',
  ],
  [/\bhash\s*\(/i, 'differs between versions of DuckDB: use sha256'],
];

const NEEDS_ORDER = /\b(list|array_agg|string_agg|group_concat|listagg)\s*\(/gi;

/** Lints one SQL text. */
export function lintSql(sql: string, file: string): Finding[] {
  const out: Finding[] = [];
  const bare = blank(sql);
  // `-- lint-allow: arg_min arg_max: <why the order is total>` anywhere in the file.
  const allowed = new Set([...sql.matchAll(/-- lint-allow: ([\w ]+):/g)].flatMap((m) => m[1]!.trim().split(/ +/)));
  const lineOf = (at: number): number => bare.slice(0, at).split('\n').length;
  for (const [pattern, message] of FORBIDDEN) {
    for (const m of bare.matchAll(new RegExp(pattern.source, 'gi'))) {
      if (allowed.has(m[0].replace(/\W/g, '').toLowerCase())) continue;
      out.push({ file, line: lineOf(m.index), message: `${m[0].trim().replace(/\s*\($/, '')}: ${message}` });
    }
  }
  for (const m of bare.matchAll(NEEDS_ORDER)) {
    const inside = argument(bare, m.index + m[0].length);
    const ordered = /\border\s+by\b/i.test(inside);
    if (!ordered && inside.trim() !== '') {
      out.push({ file, line: lineOf(m.index), message: `${m[1]}: without ORDER BY its order is any` });
    }
  }
  for (const m of bare.matchAll(/\bsum\s*\(/gi)) {
    const inside = argument(bare, m.index + m[0].length);
    if (
      /\b(duration|rtt|score|confidence|weight|double|float)\b/i.test(inside) &&
      !/::\s*(BIGINT|HUGEINT)/i.test(inside)
    ) {
      out.push({ file, line: lineOf(m.index), message: 'sum of floating-point numbers: sum integers and divide once' });
    }
  }
  for (const m of bare.matchAll(/\bLIMIT\s+\d/gi)) {
    const statement = bare.slice(0, m.index).split(';').at(-1)!;
    if (!/\border\s+by\b/i.test(statement.slice(statement.lastIndexOf('SELECT')))) {
      out.push({ file, line: lineOf(m.index), message: 'LIMIT without ORDER BY' });
    }
  }
  // Readers number the rows of one file in the order of the file; everywhere else the order has to be said.
  if (!file.startsWith('ingest/')) {
    for (const m of bare.matchAll(
      /\b(row_number|rank|dense_rank|lag|lead|ntile)\s*\([^()]*\)\s*OVER\s*\(\s*(PARTITION\s+BY[^()]*)?\)/gi,
    )) {
      if (!/order\s+by/i.test(m[0]))
        out.push({ file, line: lineOf(m.index), message: `${m[1]}: window without ORDER BY` });
    }
  }
  return out;
}

/** The same text with strings and comments blanked, so that positions stay. */
function blank(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (m) => m.replace(/[^\n]/g, ' '));
}

/** Text up to the parenthesis that closes the one before `from`. */
function argument(sql: string, from: number): string {
  let depth = 1;
  for (let i = from; i < sql.length; i++) {
    if (sql[i] === '(') depth++;
    else if (sql[i] === ')' && --depth === 0) return sql.slice(from, i);
  }
  return sql.slice(from);
}

/** All `.sql` files of the product. */
export function sqlFiles(): string[] {
  const out: string[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name.endsWith('.sql')) out.push(relative(packageRoot, path));
    }
  };
  for (const top of ['ingest', 'analysis', 'models', 'reports']) {
    try {
      walk(join(packageRoot, top));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return out.sort();
}

if (process.argv[1]?.endsWith('sql-lint.ts')) {
  const findings = sqlFiles().flatMap((f) => lintSql(readFileSync(join(packageRoot, f), 'utf8'), f));
  for (const f of findings) process.stderr.write(`${f.file}:${f.line}: ${f.message}\n`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
