import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256, sha256File } from './hash-file.js';
import { asset } from './package-root.js';

/** Files of the program that decide results but are no code: passes, schema, templates, data. */
const DECIDING = /\.(sql|yaml|hbs|css|parquet)$|^reports\/templates\/.*\.js$/;
/** Detections and models are listed by themselves; test cases decide nothing. */
const ELSEWHERE = /^(analysis\/detections|models\/shipped)\/|\/cases\.yaml$/;
/** Modules; the console, types and what only tests use decide nothing. */
const MODULE = /^(?!cli\/console\/).*(?<!\.d|\.test)\.[jt]sx?$/;
const FOLDERS = ['analysis', 'ingest', 'models', 'reports'];

/** SHA-256 of each such file by its path in the package, and under `code` one of all modules. */
export function programFiles(): Record<string, string> {
  const paths = FOLDERS.flatMap((folder) => filesBelow(asset(folder), folder));
  const files = hashes(
    paths.filter((p) => DECIDING.test(p) && !ELSEWHERE.test(p)),
    (p) => asset(p),
  );
  return { ...files, code: codeHash() };
}

/**
 * SHA-256 over paths and contents of the modules that run: those of `dist/`, the same in a clone and in the npm package, or
 * the sources where they are run themselves. One hash: by name, hundreds of modules would be told of at every new version.
 */
function codeHash(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const paths = [...FOLDERS, 'cli'].flatMap((folder) => filesBelow(join(root, folder), folder));
  const modules = paths.filter((p) => MODULE.test(p) && !p.includes('/testing/')).sort();
  return sha256(modules.map((p) => `${p} ${sha256File(join(root, p))}\n`).join(''));
}

/** SHA-256 of each file of a detection's folder but its test cases. */
export function ruleFiles(folder: string): Record<string, string> {
  const paths = filesBelow(folder, '').filter((p) => !/(^|\/)\.|^cases\.yaml$/.test(p));
  return hashes(paths, (p) => join(folder, p));
}

/** Version of slipstream and of the packages it runs with (pinned in its package.json). */
export function versions(): { readonly slipstream: string; readonly packages: Readonly<Record<string, string>> } {
  const own = JSON.parse(readFileSync(asset('package.json'), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return { slipstream: own.version, packages: own.dependencies };
}

/** Paths of all files below a folder, joined by `/`, sorted; each begins with `prefix`. */
function filesBelow(folder: string, prefix: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(join(folder, entry.name), name);
      return entry.isFile() ? [name] : [];
    })
    .sort();
}

const hashes = (paths: readonly string[], where: (path: string) => string): Record<string, string> =>
  Object.fromEntries([...paths].sort().map((p) => [p, sha256File(where(p))]));
