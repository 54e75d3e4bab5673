import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../cli/package-root.js';
import { tempDir } from '../test/support/temp-dir.js';
import { pages } from './generate/pages.js';

const docs = join(packageRoot, 'docs');
const names = readdirSync(docs)
  .filter((f) => f.endsWith('.md'))
  .sort();
const text = (name: string): string => readFileSync(join(docs, name), 'utf8');
const folder = tempDir('docs');

interface Block {
  readonly kind: 'sh' | 'python' | 'file';
  readonly body: string;
  readonly path: string | undefined;
  readonly needs: readonly string[];
}

/** Blocks to act on: ```sh run, ```python run needs=a,b, and ```LANGUAGE file=PATH. */
function blocks(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, info = '', body = '']): Block[] => {
      const path = /\bfile=(\S+)/.exec(info)?.[1];
      const run = /\brun\b/.test(info);
      if (path !== undefined) return [{ kind: 'file', body, path, needs: [] }];
      if (!run || (language !== 'sh' && language !== 'python')) return [];
      return [{ kind: language, body, path, needs: /\bneeds=(\S+)/.exec(info)?.[1]?.split(',') ?? [] }];
    },
  );
}

/** A stand-in for npx that starts the built program at once: npx itself is tested with the README. */
function bin(): string {
  const at = join(folder, 'bin');
  mkdirSync(at, { recursive: true });
  const npx = join(at, 'npx');
  writeFileSync(
    npx,
    `#!/bin/sh\n[ "$1" = slipstream ] || { echo "npx $1: not in these pages" >&2; exit 2; }\nshift\nexec "${process.execPath}" "${join(packageRoot, 'dist', 'cli', 'main.js')}" "$@"\n`,
  );
  chmodSync(npx, 0o755);
  return at;
}

/** An empty folder that sees the repository's captures. */
function place(): string {
  const at = mkdtempSync(join(folder, 'page-'));
  for (const name of ['test', 'notebooks']) symlinkSync(join(packageRoot, name), join(at, name));
  return at;
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${bin()}:${process.env.PATH}`,
  XDG_DATA_HOME: join(folder, 'no-data-home'),
});

const importable = (module: string): boolean =>
  spawnSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;

describe('pages', () => {
  it.each(Object.keys(pages))('%s is what npm run docs makes', (name) => {
    expect(text(name), 'run: npm run docs').toBe(pages[name]!());
  });

  it.each(names)('%s has links that lead somewhere', (name) => {
    const all = new Set(names);
    for (const [, target] of text(name).matchAll(/\]\(([\w./-]+\.md)\)/g)) expect(all, target).toContain(target);
  });

  it('are all in the list', () => {
    const list = text('README.md');
    for (const name of names.filter((n) => n !== 'README.md')) expect(list).toContain(`(${name})`);
  });

  it('name every command, each with an example', () => {
    const page = text('commands.md');
    for (const file of readdirSync(join(packageRoot, 'cli', 'commands')).filter((f) => f.endsWith('.ts'))) {
      const command = file.slice(0, -3).replace(/^evaluate-/, 'evaluate ');
      expect(page, command).toContain(`npx slipstream ${command}`);
    }
  });
});

describe('what the pages say to run', () => {
  const runnable = names.filter((name) => blocks(text(name)).some((b) => b.kind === 'sh') && name !== 'python.md');
  it.each(runnable)(
    '%s',
    (name) => {
      const cwd = place();
      for (const { kind, body, path } of blocks(text(name))) {
        if (kind === 'file') {
          mkdirSync(join(cwd, dirname(path!)), { recursive: true });
          writeFileSync(join(cwd, path!), body);
        }
        if (kind !== 'sh') continue;
        const run = spawnSync('sh', ['-ec', body], { cwd, encoding: 'utf8', env: environment(), timeout: 300_000 });
        expect(run.status, `${body}\n${run.stdout.slice(-2000)}\n${run.stderr}`).toBe(0);
        if (name === 'write-a-detection.md' && body.includes('detections test'))
          expect(run.stdout).toMatch(/^\d+ passed, 0 failed$/m);
        if (body.includes("detection = 'double-extension'")) expect(run.stdout).toContain('/2026/02/invoice.pdf.exe');
        if (body.includes('slipstream verify')) expect(run.stdout).toContain('same\n');
      }
    },
    600_000,
  );

  let prepared: string | undefined;
  /** What the shell blocks of the Python page make, once for all its blocks. */
  const pythonPlace = (): string => {
    if (prepared !== undefined) return prepared;
    const cwd = place();
    for (const { kind, body } of blocks(text('python.md'))) {
      if (kind !== 'sh') continue;
      const run = spawnSync('sh', ['-ec', body], { cwd, encoding: 'utf8', env: environment(), timeout: 300_000 });
      expect(run.status, run.stderr).toBe(0);
    }
    prepared = cwd;
    return cwd;
  };

  const python = blocks(text('python.md')).filter((b) => b.kind === 'python');
  it.for(python.map((b, i) => ({ i, b })))('python.md, block $i', { timeout: 300_000 }, ({ b }, { skip }) => {
    const missing = b.needs.filter((m) => !importable(m));
    if (missing.length > 0) return skip(`python3 has no ${missing.join(', ')}`);
    const cwd = pythonPlace();
    const run = spawnSync('python3', ['-c', b.body], { cwd, encoding: 'utf8', env: environment(), timeout: 120_000 });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).not.toBe('');
  });
});
