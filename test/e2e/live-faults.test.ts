import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { ATTACKER, LAB_NET, Lab, sleep, until, VICTIM, without } from '../captures/lab.js';
import { LiveRun, MAIN } from '../captures/live-run.js';
import { query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const lab = new Lab();
const reason = await lab.up();
const noIptables = reason ?? without('iptables', 'ip6tables', 'ipset') ?? lab.without('iptables -L -n && ipset list');
const PATIENCE = 600_000;
const folder = tempDir('live-faults');
const http = (who: 'attacker' | 'client'): boolean =>
  lab.inside(who, 'curl', '-sf', '-m', '10', '-o', '/dev/null', `http://${VICTIM}/`).status === 0;
const live = (db: string, env: readonly string[], ...args: string[]): LiveRun =>
  new LiveRun(
    lab.start(
      'victim',
      ...['env', ...env, process.execPath, MAIN, 'live', '-i', 'eth0', '--db', db, '--window', '5s'],
      ...['--home-net', LAB_NET, '--flush', '1s', '--json', ...args],
    ),
    db,
  );
const pages = (db: string): number =>
  Number(query<{ n: string }>(db, "SELECT count(*) AS n FROM flows WHERE conn_state = 'SF' AND resp_p = 80")[0]!.n);
const windows = (run: LiveRun): number => run.events.filter((e) => e.event === 'window').length;

describe('live, when something goes wrong', () => {
  beforeAll(async () => {
    if (!reason) await lab.serving('listening', lab.peer('victim', 'web', VICTIM));
  }, PATIENCE);
  afterAll(() => lab.down(), PATIENCE);

  it('says that the disk is full and goes on when there is space', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'none', disk], { encoding: 'utf8' });
    test.skip(mounted.status !== 0, `no tmpfs can be mounted: ${mounted.stderr}`);
    try {
      const db = join(disk, 'case.duckdb');
      const run = live(db, []);
      await run.capturing(() => http('client'));
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 30_000_000));
      await until(
        () => run.stderr.includes('disk full'),
        () => `nothing was said: ${run.stderr}`,
      );
      const before = pages(db);
      for (let i = 0; i < 10; i++) http('client');
      rmSync(join(disk, 'filler'));
      await until(
        () => run.stderr.includes('there is space again'),
        () => `nothing was said: ${run.stderr}`,
      );
      expect(await run.stop(), run.stderr).toBe(0);
      expect(pages(db)).toBeGreaterThanOrEqual(before + 10);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });

  it('waits for an interface that went down', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const db = join(folder, 'down.duckdb');
    const run = live(db, []);
    await run.capturing(() => http('client'));
    // Some libpcap go on by themselves, others end and are started again: what counts is that packets come again.
    lab.inside('victim', 'ip', 'link', 'set', 'eth0', 'down');
    try {
      await sleep(3000);
      expect(http('client')).toBe(false);
    } finally {
      lab.inside('victim', 'ip', 'link', 'set', 'eth0', 'up');
    }
    const before = pages(db);
    let answered = 0;
    await until(
      () => {
        if (http('client')) answered++;
        return pages(db) >= before + 5;
      },
      () => `${answered} pages, none captured: ${run.stderr}`,
    );
    expect(await run.stop(), run.stderr).toBe(0);
  });

  it('is no longer root once the interface is open, when sudo called it', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const nobody = 65_534;
    // The user reaches the folder, which is his.
    chmodSync(folder, 0o711);
    const home = join(folder, 'home');
    mkdirSync(home);
    chownSync(home, nobody, nobody);
    const db = join(home, 'case.duckdb');
    const run = live(db, [`SUDO_UID=${nobody}`, `SUDO_GID=${nobody}`], '--report', join(home, 'report.html'));
    await run.capturing(() => http('client'));
    const status = (pid: string): string => readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = status(String(run.child.pid));
    expect(own).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(own).toMatch(/^CapEff:\t0+$/m);
    const programs = readFileSync(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8').trim().split(' ');
    const tcpdump = programs.map(status).find((s) => s.startsWith('Name:\ttcpdump'));
    expect(tcpdump).toMatch(/^Uid:\t65534\t/m);
    // CAP_NET_RAW alone.
    expect(tcpdump).toMatch(/^CapEff:\t0000000000002000$/m);
    const before = pages(db);
    for (let i = 0; i < 10; i++) http('client');
    await run.windowOver(5);
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    expect(pages(db)).toBeGreaterThanOrEqual(before + 10);
    expect(statSync(db).uid).toBe(nobody);
    expect(statSync(join(home, 'report.html')).uid).toBe(nobody);
    expect(run.events.at(-1)).toMatchObject({ event: 'end', dropped: 0 });
  });

  it('closes windows though the clock of the machine is set', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const script = join(packageRoot, 'test', 'captures', 'stepping-tcpdump.mjs');
    writeFileSync(join(bin, 'tcpdump'), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(join(bin, 'tcpdump'), 0o755);
    const tcpdump = spawnSync('sh', ['-c', 'command -v tcpdump'], { encoding: 'utf8' }).stdout.trim();
    const db = join(folder, 'steps.duckdb');
    const steps = 'STEPS=[[0,0],[8,3600],[16,-7200]]';
    const run = live(db, [`PATH=${bin}${delimiter}${process.env.PATH}`, `REAL_TCPDUMP=${tcpdump}`, steps]);
    await run.capturing(() => http('client'));
    const hours = (): unknown[] => query(db, "SELECT DISTINCT date_trunc('hour', ts) AS h FROM flows");
    await until(
      () => http('client') && hours().length >= 3,
      () => `hours: ${JSON.stringify(hours())} ${run.stderr}`,
    );
    const closed = windows(run);
    await until(
      () => http('client') && windows(run) >= closed + 2,
      () => `no window closed after the clock went back: ${JSON.stringify(run.events)}`,
    );
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
  });

  it('blocks with iptables and ipset where there is no nftables', { timeout: PATIENCE }, async (test) => {
    test.skip(noIptables !== undefined, noIptables);
    // A PATH on which nft is missing.
    const bin = join(folder, 'no-nft');
    mkdirSync(bin);
    for (const program of ['iptables', 'ip6tables', 'ipset', 'ip', 'tcpdump', 'cp']) {
      const path = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
      if (existsSync(path)) symlinkSync(path, join(bin, program));
    }
    const rules = (): string => lab.inside('victim', 'sh', '-c', 'iptables -S; ip6tables -S; ipset list').stdout;
    const before = rules();
    const db = join(folder, 'iptables.duckdb');
    const run = live(db, [`PATH=${bin}`], '--block');
    await run.capturing(() => http('client'));
    const scan = (): unknown =>
      lab.inside('attacker', 'nmap', '-n', '-Pn', '-sT', '-T4', '--max-retries', '0', '-p', '1-150', VICTIM);
    // Seen from the counters of the rules, which count what was dropped.
    const dropped = (): number =>
      [...lab.inside('victim', 'iptables', '-L', 'INPUT', '-n', '-v', '-x').stdout.matchAll(/^\s*(\d+)\s+\d+\s+DROP/gm)]
        .map((m) => Number(m[1]))
        .reduce((a, b) => a + b, 0);
    for (let i = 0; i < 4 && dropped() === 0; i++) {
      scan();
      const blocked = run.events.filter((e) => e.event === 'blocked').length;
      await until(
        () => run.events.filter((e) => e.event === 'blocked').length > blocked,
        () => `nobody was blocked: ${JSON.stringify(run.events)} ${run.stderr}`,
      );
      http('attacker');
    }
    expect(dropped()).toBeGreaterThan(0);
    expect(http('client')).toBe(true);
    expect(run.events.find((e) => e.event === 'blocked')).toMatchObject({ address: ATTACKER });
    expect(await run.stop(), run.stderr).toBe(0);
    expect(lab.inside('victim', 'env', `PATH=${bin}`, process.execPath, MAIN, 'block', 'clear').status).toBe(0);
    expect(rules()).toBe(before);
  });
});
