import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

/** A network of namespaces, real scanners and servers: see `test/captures/lab.sh`. */
const LAB = join(packageRoot, 'test', 'captures', 'lab.sh');
const PREFIX = `ss${process.pid % 10000}`;
const env = { ...process.env, LAB_PREFIX: PREFIX };
const MAIN = join(packageRoot, 'dist', 'cli', 'main.js');
const ATTACKER = '10.77.0.66';
const VICTIM = '10.77.0.10';
const CLIENT = '10.77.0.30';

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  for (const [program, pack] of [
    ['ip', 'iproute2'],
    ['tcpdump', 'tcpdump'],
    ['nmap', 'nmap'],
    ['nft', 'nftables'],
    ['curl', 'curl'],
  ] as const) {
    if (spawnSync(program, ['--version']).error) return `${program} is missing (apt-get install ${pack})`;
  }
  const up = spawnSync(LAB, ['up'], { env, encoding: 'utf8' });
  return up.status === 0 ? undefined : `no network namespaces here: ${up.stderr.trim().split('\n')[0]}`;
}
const reason = missing();
if (reason !== undefined) process.stdout.write(`live capture: skipped, ${reason}\n`);

const folder = tempDir('live');
const children: ChildProcess[] = [];
const inside = (who: string, ...command: string[]) =>
  spawnSync(LAB, ['run', who, ...command], { env, encoding: 'utf8', timeout: 60_000 });
const start = (who: string, ...command: string[]): ChildProcess => {
  const child = spawn(LAB, ['run', who, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
};
const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

/** HTTP status of one request, 000 when nothing came back within a second. */
const http = (who: string): string =>
  inside(who, 'curl', '-s', '-m', '1', '-o', '/dev/null', '-w', '%{http_code}', `http://${VICTIM}/`).stdout;

interface Live {
  readonly events: Record<string, unknown>[];
  readonly child: ChildProcess;
  readonly stderr: () => string;
  /** Waits for an event. */
  until(test: (e: Record<string, unknown>) => boolean, seconds?: number): Promise<Record<string, unknown>>;
  /** Ends it as Ctrl-C does, and waits. */
  stop(): Promise<number | null>;
}

function live(db: string, ...args: string[]): Live {
  const child = start(
    'victim',
    process.execPath,
    MAIN,
    'live',
    '-i',
    'eth0',
    '--db',
    db,
    '--window',
    '6s',
    '--home-net',
    '10.77.0.0/26',
    '--flush',
    '1s',
    '--json',
    ...args,
  );
  const events: Record<string, unknown>[] = [];
  let rest = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push({ ...(JSON.parse(line) as Record<string, unknown>), at: Date.now() });
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<number | null>((r) => child.once('close', r));
  return {
    events,
    child,
    stderr: () => stderr,
    async until(test, seconds = 40) {
      for (let i = 0; i < seconds * 20; i++) {
        const found = events.find(test);
        if (found) return found;
        await sleep(50);
      }
      throw new Error(`no such event in:\n${events.map((e) => JSON.stringify(e)).join('\n')}\n${stderr}`);
    },
    async stop() {
      child.kill('SIGINT');
      return exited;
    },
  };
}

/** Waits until the capture has opened its interface: it sees the client's request. */
async function capturing(db: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    http('client');
    if (existsSync(join(`${db}.live`, 'view.duckdb'))) return;
    await sleep(100);
  }
  throw new Error('the capture never began');
}

describe.skipIf(reason !== undefined)('live', () => {
  beforeAll(async () => {
    start(
      'victim',
      process.execPath,
      '-e',
      `require('http').createServer((q,r)=>r.end('hello')).listen(80,'${VICTIM}')`,
    );
    for (let i = 0; i < 100 && http('client') !== '200'; i++) await sleep(50);
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    spawnSync(LAB, ['down'], { env });
  });

  it('reports scans when their window closes, names the attacker, blocks it and lets it back in', async () => {
    const db = join(folder, 'block.duckdb');
    const rules = (): string => inside('victim', 'nft', 'list', 'ruleset').stdout;
    const before = rules();
    const run = live(db, '--block');
    await capturing(db);
    inside('attacker', 'nmap', '-n', '-Pn', '-sT', '-T4', '--max-retries', '0', '-p', '1-150', VICTIM);
    const found = await run.until((e) => e.event === 'evidence' && e.detection === 'vertical-port-scan');
    expect(found).toMatchObject({ profile: ATTACKER, threat_level: 'critical' });
    const closed = (Math.floor(Date.parse(String(found.ts)) / 6000) + 1) * 6000;
    expect(Number(found.at) - closed).toBeLessThan(20_000);
    await run.until((e) => e.event === 'blocked' && e.address === ATTACKER);
    expect(http('attacker')).toBe('000');
    expect(http('client')).toBe('200');
    let again = '000';
    for (let i = 0; i < 30 && again !== '200'; i++) {
      await sleep(500);
      again = http('attacker');
    }
    expect(again).toBe('200');
    // Others look on meanwhile; nobody else writes.
    const seen = query<{ n: string }>(db, `SELECT count(*) AS n FROM flows WHERE orig_h = '${ATTACKER}'`);
    expect(Number(seen[0]!.n)).toBeGreaterThan(100);
    const second = cli(['detect', '--db', db]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('captures into this case');
    expect(await run.stop()).toBe(0);
    expect(run.stderr()).toBe('');
    const audit = readFileSync(`${db}.blocking.jsonl`, 'utf8');
    expect(audit).toContain(`"action":"block","address":"${ATTACKER}"`);
    const alerted = query<{ profile: string }>(db, 'SELECT DISTINCT profile FROM alerts');
    expect(alerted.map((a) => a.profile)).toEqual([ATTACKER]);
    expect(run.events.some((e) => e.event === 'alert' && e.profile === CLIENT)).toBe(false);
    expect(inside('victim', process.execPath, MAIN, 'block', 'clear').status).toBe(0);
    expect(rules()).toBe(before);
  }, 120_000);

  it('gives the findings that the recorded packets give', async () => {
    const db = join(folder, 'same.duckdb');
    const pcap = join(folder, 'same.pcap');
    const run = live(db, '-w', pcap);
    await capturing(db);
    inside('attacker', 'nmap', '-n', '-Pn', '-sT', '-T4', '--max-retries', '0', '-p', '1-100', VICTIM);
    for (let i = 0; i < 5; i++) http('client');
    await run.until((e) => e.event === 'alert');
    expect(await run.stop()).toBe(0);
    const ids = (file: string): unknown[] => query(file, 'SELECT evidence_id, detection, ts FROM evidence ORDER BY 1');
    const out = join(folder, 'batch');
    const batch = cli(['analyze', pcap, '-o', out, '--window', '6s', '--home-net', '10.77.0.0/26']);
    expect(batch.code, batch.stderr).toBe(0);
    expect(ids(db).length).toBeGreaterThan(0);
    expect(ids(db)).toEqual(ids(join(out, 'case.duckdb')));
    const flows = (file: string) =>
      query(
        file,
        'SELECT orig_h, orig_p, resp_h, resp_p, ts, conn_state, orig_pkts, resp_bytes FROM flows ORDER BY ALL',
      );
    expect(flows(db)).toEqual(flows(join(out, 'case.duckdb')));
    expect(existsSync(`${db}.live`)).toBe(false);
  }, 120_000);

  it('loses a flush at most when it is killed', async () => {
    const db = join(folder, 'killed.duckdb');
    for (const pause of [4000, 5300]) {
      const run = live(db);
      await capturing(db);
      const before = Number(query<{ n: string }>(db, 'SELECT count(*) AS n FROM flows')[0]!.n);
      for (let i = 0; i < 10; i++) http('client');
      await sleep(pause);
      execFileSync('pkill', ['-KILL', '-P', String(run.child.pid)], { stdio: 'ignore' });
      run.child.kill('SIGKILL');
      await sleep(300);
      const done = cli(['detect', '--db', db, '--home-net', '10.77.0.0/26']);
      expect(done.stderr).toBe('');
      expect(done.code).toBe(0);
      expect(Number(query<{ n: string }>(db, 'SELECT count(*) AS n FROM flows')[0]!.n)).toBeGreaterThanOrEqual(
        before + 10,
      );
      expect(query(db, "SELECT count(*) AS n FROM captures WHERE status <> 'complete'")).toEqual([{ n: 0 }]);
      expect(existsSync(`${db}.live`)).toBe(false);
    }
  }, 120_000);

  it('says what is wrong', () => {
    const run = (...args: string[]) => inside('victim', process.execPath, MAIN, 'live', ...args);
    rmSync(join(folder, 'x.duckdb'), { force: true });
    const none = run('-i', 'nope0', '--db', join(folder, 'x.duckdb'));
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/nope0: no such interface/);
    const filter = run('-i', 'eth0', '--db', join(folder, 'x.duckdb'), '--bpf', 'tcp and and');
    expect(filter.status).toBe(1);
    expect(filter.stderr).toContain('--bpf: ');
    expect(run('--db', join(folder, 'x.duckdb')).status).toBe(2);
    expect(run('-i', 'eth0', '--db', join(folder, 'x.duckdb'), '--engine', 'magic').stderr).toContain(
      'one of tcpdump, dumpcap',
    );
  });
});
