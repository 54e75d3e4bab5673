import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('verify-e2e');
const out = join(folder, 'out');

beforeAll(() => {
  const captures = join(folder, 'captures');
  cpSync(fixture('office-zeek-tsv'), captures, { recursive: true });
  const run = cli(['analyze', captures, fixture('office-argus', 'office.binetflow'), '-o', out, '--home-net', OFFICE]);
  expect(run.code, run.stderr).toBe(0);
}, 120_000);

describe('verify', () => {
  it('says same', () => {
    const run = cli(['verify', out]);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^same\n/);
    expect(run.code).toBe(0);
  }, 120_000);

  it('names the capture that changed, with exit code 1', () => {
    const path = join(folder, 'captures', 'conn.log');
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole.subarray(0, -2), Buffer.from('9\n')]));
    const run = cli(['verify', out, '--json']);
    expect(run.code).toBe(1);
    const result = JSON.parse(run.stdout) as { same: boolean; differences: { kind: string; name: string }[] };
    expect(result.same).toBe(false);
    expect(result.differences.map((d) => `${d.kind} ${d.name}`)).toEqual(['input conn.log']);
    const text = cli(['verify', out, '--no-rerun']).stdout;
    expect(text).toMatch(
      /^1 difference:\n {2}input: conn\.log changed \(recorded [0-9a-f]{12}…, found [0-9a-f]{12}…\); at /,
    );
    writeFileSync(path, whole);
  }, 120_000);

  it('says what is no output folder', () => {
    const run = cli(['verify', folder]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/not an output folder of 'slipstream analyze'/);
    expect(cli(['verify', join(folder, 'none')]).code).toBe(3);
  });
});

interface Result {
  readonly same: boolean;
  readonly rerun: string;
  readonly differences: readonly { readonly kind: string; readonly name: string; readonly problem: string }[];
}

const parsed = (stdout: string): Result => JSON.parse(stdout) as Result;
const named = (result: Result): string[] => result.differences.map((d) => `${d.kind} ${d.name} ${d.problem}`);

describe('a copy of the program elsewhere', () => {
  const copy = join(folder, 'package');

  beforeAll(() => {
    const { files } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { files: string[] };
    for (const name of [...files.filter((f) => !f.startsWith('!')), 'package.json']) {
      cpSync(join(packageRoot, name), join(copy, name), { recursive: true, filter: (path) => !/\.tsx?$/.test(path) });
    }
    symlinkSync(join(packageRoot, 'node_modules'), join(copy, 'node_modules'));
  }, 120_000);

  it('says same as long as it is the same, byte for byte', () => {
    const run = cli(['verify', out, '--json'], { package: copy });
    expect(run.stderr).toBe('');
    expect(parsed(run.stdout)).toMatchObject({ same: true, rerun: 'done' });
  }, 120_000);

  it.each([
    ['rule horizontal-port-scan/detection.sql', 'analysis/detections/horizontal-port-scan/detection.sql'],
    ['program analysis/evidence/score.sql', 'analysis/evidence/score.sql'],
    ['program reports/templates/page.hbs', 'reports/templates/page.hbs'],
    ['program code (the modules of dist)', 'dist/analysis/alerts-jsonl.js'],
    ['model https/tls.forest', 'models/shipped/https/tls.forest'],
  ])(
    'names %s when one byte of it changed, and nothing else',
    (name, path) => {
      const file = join(copy, path);
      const whole = readFileSync(file);
      // A byte that leaves the file readable: a space for a line end, or of a comment; else the last one.
      const at = /\.(sql|yaml|hbs|js)$/.test(path) ? whole.lastIndexOf(0x0a) : whole.length - 1;
      const spoilt = Buffer.from(whole);
      spoilt[at] = whole[at] === 0x0a ? 0x20 : whole[at]! ^ 1;
      writeFileSync(file, spoilt);
      try {
        const run = cli(['verify', out, '--json'], { package: copy });
        expect(run.code).toBe(1);
        expect(named(parsed(run.stdout))).toEqual([`${name} changed`]);
        expect(parsed(run.stdout).rerun).toBe('not possible: what goes in differs');
      } finally {
        writeFileSync(file, whole);
      }
    },
    120_000,
  );
});

describe('a series of packet captures', () => {
  const pcaps = join(folder, 'pcaps');
  const series = join(folder, 'series');

  beforeAll(() => {
    mkdirSync(pcaps);
    const whole = readFileSync(fixture('lab', 'lab.pcap'));
    const middle = packetAfter(whole, whole.length / 2);
    writeFileSync(join(pcaps, 'lab.1.pcap'), whole.subarray(0, middle));
    writeFileSync(join(pcaps, 'lab.2.pcap'), Buffer.concat([whole.subarray(0, 24), whole.subarray(middle)]));
    const run = cli(['analyze', pcaps, '-o', series]);
    expect(run.code, run.stderr).toBe(0);
  }, 120_000);

  it('says same, and names the one file that changed', () => {
    const run = cli(['verify', series, '--json']);
    expect(parsed(run.stdout)).toMatchObject({ same: true, rerun: 'done', inputs: 2 });
    const path = join(pcaps, 'lab.2.pcap');
    const whole = readFileSync(path);
    const spoilt = Buffer.from(whole);
    spoilt[whole.length - 1]! ^= 1;
    writeFileSync(path, spoilt);
    expect(named(parsed(cli(['verify', series, '--json']).stdout))).toEqual(['input lab.2.pcap changed']);
    writeFileSync(path, whole);
  }, 120_000);
});

/** Where the first packet begins that starts at or after `from`, in a classic little-endian capture. */
function packetAfter(pcap: Buffer, from: number): number {
  let at = 24;
  while (at < from) at += 16 + pcap.readUInt32LE(at + 8);
  return at;
}

describe('the network', () => {
  const log = join(folder, 'network.log');
  const env = {
    NODE_OPTIONS: `--import=${pathToFileURL(join(packageRoot, 'test', 'support', 'network-guard.mjs')).href}`,
    NETWORK_LOG: log,
  };

  it('is never asked, also not about a run that asked it', () => {
    const asked = join(folder, 'asked');
    const key = join(folder, 'key');
    writeFileSync(key, `${'0123456789abcdef'.repeat(4)}\n`);
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'virustotal: {per_minute: 1000, most: 1}\n');
    const input = fixture('office-zeek-tsv', 'conn.log');
    const flags = ['--home-net', OFFICE, '--config', config, '--virustotal', '--virustotal-key', key];
    const nowhere = { SLIPSTREAM_VIRUSTOTAL_URL: 'http://127.0.0.1:1', XDG_CACHE_HOME: join(folder, 'cache') };
    // The guard hears the run itself: so its silence below says something.
    cli(['analyze', input, '-o', join(folder, 'guarded'), ...flags], { env: { ...env, ...nowhere } });
    expect(existsSync(log)).toBe(true);
    writeFileSync(log, '');
    const run = cli(['analyze', input, '-o', asked, ...flags], { env: nowhere });
    expect(run.code, run.stderr).toBe(0);
    const verified = cli(['verify', asked, '--json'], { env });
    expect(verified.stderr).toBe('');
    expect(parsed(verified.stdout)).toMatchObject({ same: true, rerun: 'done' });
    expect(readFileSync(log, 'utf8')).toBe('');
  }, 180_000);

  const alone = spawnSync('unshare', ['-rn', 'true']).status === 0;
  it.skipIf(!alone)(
    'need not be there (skipped where unshare -rn is not allowed)',
    () => {
      const main = join(packageRoot, 'dist', 'cli', 'main.js');
      const run = spawnSync('unshare', ['-rn', process.execPath, main, 'verify', out], { encoding: 'utf8' });
      expect(run.stdout).toMatch(/^same\n/);
    },
    120_000,
  );
});
