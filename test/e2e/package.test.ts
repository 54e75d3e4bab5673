import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli } from '../support/cli.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const project = tempDir('package');
const installed = join(project, 'node_modules', 'slipstream');
let packed: Packed;

/** What `npm pack` makes, laid out as npm would, with links to the dependencies that it names: no registry is asked. */
beforeAll(() => {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
  const said = execFileSync('npm', args, { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  packed = (JSON.parse(said) as Packed[])[0]!;
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed.filename), '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  // What the package's own dependencies need lies beside them: npm links them by their real paths.
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types', 'typescript']) {
    const at = join(project, 'node_modules', name);
    mkdirSync(join(at, '..'), { recursive: true });
    symlinkSync(join(packageRoot, 'node_modules', name), at);
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
}, 120_000);

const run = (command: string, args: readonly string[]) =>
  spawnSync(command, args, { cwd: project, encoding: 'utf8', timeout: 120_000 });

describe('npm pack', () => {
  it('has what runs, and neither sources nor tests', () => {
    const paths = packed.files.map((f) => f.path);
    for (const needed of [
      'LICENSE',
      'README.md',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'ingest/schema/flows.sql',
      'analysis/detections/beacon/detection.yaml',
      'analysis/enrich/data/asn.parquet',
      'models/shipped/https/tls.forest',
      'reports/templates/page.hbs',
      'cli/console/queries/hosts.sql',
    ]) {
      expect(paths).toContain(needed);
    }
    const odd = paths.filter(
      (p) =>
        /\.tsx?$/.test(p.replace(/\.d\.ts$/, '')) || /\.test\.|(^|\/)(test|testing|notebooks|node_modules)\//.test(p),
    );
    expect(odd).toEqual([]);
    expect(packed.files.find((f) => f.path === 'dist/cli/main.js')!.mode & 0o111).not.toBe(0);
    expect(packed.size).toBeLessThan(8_000_000);
  });

  it('has every file that the code reads beside itself', () => {
    const tracked = execFileSync('git', ['ls-files', 'cli', 'ingest', 'analysis', 'models', 'reports'], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    const wanted = tracked.split('\n').filter((p) => p !== '' && !/\.tsx?$/.test(p));
    const paths = new Set(packed.files.map((f) => f.path));
    expect(wanted.filter((p) => !paths.has(p))).toEqual([]);
  });
});

describe('installed in an empty project', () => {
  it('analyses by its command', () => {
    const done = run(process.execPath, [
      join(installed, 'dist', 'cli', 'main.js'),
      'analyze',
      fixture('office-zeek-tsv'),
      '-o',
      'by-command',
    ]);
    expect(done.status, done.stderr).toBe(0);
    expect(done.stdout).toContain('192.168.50.23');
    expect(readdirSync(join(project, 'by-command')).sort()).toEqual([
      'alerts.jsonl',
      'case.duckdb',
      'manifest.json',
      'report.html',
    ]);
  }, 120_000);

  it('is the program of the clone by its manifest, modules too', () => {
    const clone = join(project, 'by-clone');
    const done = cli(['analyze', fixture('office-argus', 'office.binetflow'), '-o', clone]);
    expect(done.code, done.stderr).toBe(0);
    const program = (folder: string): { code: string } =>
      (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { program: { code: string } }).program;
    expect(program(clone).code).toMatch(/^[0-9a-f]{64}$/);
    expect(program(clone)).toEqual(program(join(project, 'by-command')));
  }, 120_000);

  it('analyses by import, with the same bytes', () => {
    writeFileSync(
      join(project, 'use.js'),
      `import { analyze, openCase } from 'slipstream';
const { outputs } = await analyze(${JSON.stringify(fixture('office-zeek-tsv'))}, { output: 'by-import' });
const c = await openCase(outputs.case);
console.log(JSON.stringify(await c.query('SELECT profile FROM alerts ORDER BY alert_id LIMIT 1')));
c.close();
`,
    );
    const done = run(process.execPath, ['use.js']);
    expect(done.status, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual([{ profile: '192.168.50.23' }]);
    const report = (folder: string): string => readFileSync(join(project, folder, 'report.html'), 'utf8');
    expect(report('by-import')).toBe(report('by-command'));
  }, 120_000);

  it('has types that a strict project takes', () => {
    writeFileSync(
      join(project, 'use.ts'),
      `import { type Analysis, analyze, openCase, SlipstreamError, train } from 'slipstream';
const found: Analysis = await analyze(['a.pcap'], { output: 'out', window: '15m', homeNet: ['10.0.0.0/8'] });
const verdict: string = found.verdict;
const c = await openCase(found.outputs.case);
const rows: { profile: string }[] = await c.query<{ profile: string }>('SELECT profile FROM alerts');
const text: string | null = (await c.explain('00')).rule.title;
const auc: number | null | undefined = (await train('https', [{ path: 'x' }], { output: 'm' })).metrics.held_out?.auc;
console.log(verdict, rows, text, auc, new SlipstreamError('x').exitCode);
// @ts-expect-error an option that is none
await analyze('a.pcap', { output: 'out', windows: '15m' });
// @ts-expect-error no output
await analyze('a.pcap', {});
// @ts-expect-error a direction that is none
await analyze('a.pcap', { output: 'out', direction: 'in' });
`,
    );
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'nodenext',
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
          noEmit: true,
          types: ['node'],
        },
        files: ['use.ts'],
      }),
    );
    const done = run(join(packageRoot, 'node_modules', '.bin', 'tsc'), ['-p', '.']);
    expect(done.stdout).toBe('');
    expect(done.status, done.stderr).toBe(0);
  }, 120_000);
});
