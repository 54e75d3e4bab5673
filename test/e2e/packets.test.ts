import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytes } from '../../ingest/pcap/testing/packets.js';
import { cli, query } from '../support/cli.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const root = tempDir('packets');
const plain = readFileSync(fixture('lab', 'lab.pcap'));
const small = plain.subarray(0, 120_000);

/** One zstd frame with one raw block: Node 20 cannot compress. */
function zstd(data: Uint8Array): Uint8Array {
  const header = [(data.length << 3) | 1, data.length >> 5, data.length >> 13].map((b) => b & 255);
  const size = [0, 8, 16, 24].map((s) => (data.length >> s) & 255);
  return bytes(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...size, ...header]), data);
}

const folderOf = (name: string): string => {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

/** The packets of the first flow with an answer. */
function cut(db: string, captures: string | undefined, out: string) {
  const [flow] = query<{ uid: string; n: number }>(
    db,
    'SELECT uid, (orig_pkts + resp_pkts)::INTEGER AS n FROM flows WHERE resp_pkts > 0 ORDER BY flow_id LIMIT 1',
  );
  const where = captures === undefined ? [] : ['--captures', captures];
  return { run: cli(['packets', '--db', db, '--flow', flow!.uid, '-o', out, ...where], { cwd: root }), n: flow!.n };
}

describe('packets cut out of', { timeout: 240_000 }, () => {
  let wanted: Buffer;
  beforeAll(() => {
    const folder = folderOf('plain');
    writeFileSync(join(folder, 'a.pcap'), small);
    const db = join(folder, 'case.duckdb');
    expect(cli(['ingest', join(folder, 'a.pcap'), '--db', db]).code).toBe(0);
    const { run, n } = cut(db, undefined, join(folder, 'out.pcap'));
    expect(run.stdout).toContain(`: ${n} packets`);
    wanted = readFileSync(join(folder, 'out.pcap'));
    expect(wanted.length).toBeGreaterThan(24 + n * 16);
  }, 240_000);

  it.each([
    ['gzip', 'a.pcap.gz', (): Uint8Array => gzipSync(small)],
    ['zstd', 'a.pcap.zst', (): Uint8Array => zstd(small)],
  ])('a %s file are those of the plain one', (_, name, make) => {
    const folder = folderOf(name);
    writeFileSync(join(folder, name), make());
    const db = join(folder, 'case.duckdb');
    expect(cli(['ingest', join(folder, name), '--db', db]).code).toBe(0);
    const { run } = cut(db, undefined, join(folder, 'out.pcap'));
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(join(folder, 'out.pcap')).equals(wanted)).toBe(true);
    // What was unpacked meanwhile has another hash: it may be anything.
    const unpacked = folderOf(`${name}-unpacked`);
    writeFileSync(join(unpacked, 'a.pcap'), small);
    const other = cut(db, unpacked, join(folder, 'other.pcap')).run;
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^slipstream: a\.pcap\.(gz|zst): the original capture is not in .*SHA-256/);
  });

  it('a damaged gzip file are those before the damage', () => {
    const folder = folderOf('damaged');
    const whole = gzipSync(small);
    writeFileSync(join(folder, 'a.pcap.gz'), whole.subarray(0, whole.length - 2000));
    const db = join(folder, 'case.duckdb');
    expect(cli(['ingest', join(folder, 'a.pcap.gz'), '--db', db]).stderr).toContain('gzip stream damaged');
    const { run, n } = cut(db, undefined, join(folder, 'out.pcap'));
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain(`: ${n} packets`);
  });

  it('a pipe that was given as a file are read as from any other', () => {
    const folder = folderOf('pipe');
    writeFileSync(join(folder, 'a.pcap'), small);
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const writer = spawn('cp', [join(folder, 'a.pcap'), pipe], { stdio: 'ignore' });
    const db = join(folder, 'case.duckdb');
    const run = cli(['ingest', pipe, '--db', db, '--json']);
    writer.kill();
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject([{ path: 'pipe', status: 'read' }]);
    const { run: packets } = cut(db, folder, join(folder, 'out.pcap'));
    expect(packets.code, packets.stderr).toBe(0);
    expect(readFileSync(join(folder, 'out.pcap')).equals(wanted)).toBe(true);
  });

  it.each([
    ['plain', (): Buffer => Buffer.from(small)],
    ['compressed', (): Buffer => gzipSync(small)],
  ])('%s standard input need a copy of what was piped, under any name', (name, make) => {
    const folder = folderOf(`piped-${name}`);
    const db = join(folder, 'case.duckdb');
    const piped = make();
    expect(cli(['ingest', '-', '--db', db], { input: piped }).code).toBe(0);
    const without = cut(db, undefined, join(folder, 'out.pcap')).run;
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/came by standard input, which is not kept.*--captures DIR/);
    expect(without.stderr.trimEnd().split('\n')).toHaveLength(1);
    const saved = folderOf(`saved-${name}`);
    writeFileSync(join(saved, 'some.name'), piped);
    const { run } = cut(db, saved, join(folder, 'out.pcap'));
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(join(folder, 'out.pcap')).equals(wanted)).toBe(true);
    if (name === 'compressed') expect(gunzipSync(piped).equals(small)).toBe(true);
  });
});
