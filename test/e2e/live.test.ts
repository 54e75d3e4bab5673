import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACKER, CLIENT, LAB_NET, Lab, sleep, until, VICTIM, without } from '../captures/lab.js';
import { type LiveEvent, LiveRun, MAIN } from '../captures/live-run.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

/** A network of namespaces, real scanners and servers: see `test/captures/lab.sh`. */
const lab = new Lab();
const reason = await lab.up();
const noFirewall = reason ?? without('nft') ?? lab.without('nft add table inet probe && nft delete table inet probe');
const noSsh = reason ?? without('sshd', 'ssh', 'sshpass', 'ssh-keygen');
const PATIENCE = 600_000;
const WINDOW = 10;
/** Seconds after the close of its window in which a finding is told, and as much more as the machine is overloaded. */
const TOLD_WITHIN = 5;

const folder = tempDir('live');
const http = (who: 'attacker' | 'client'): boolean =>
  lab.inside(who, 'curl', '-sf', '-m', '20', '-o', '/dev/null', `http://${VICTIM}/`).status === 0;
const live = (db: string, ...args: string[]): LiveRun =>
  new LiveRun(
    lab.start(
      'victim',
      ...[process.execPath, MAIN, 'live', '-i', 'eth0', '--db', db, '--window', `${WINDOW}s`],
      ...['--home-net', LAB_NET, '--flush', '1s', '--json', ...args],
    ),
    db,
  );
const scan = (...ports: string[]): void => {
  const done = lab.inside('attacker', 'nmap', '-n', '-Pn', '-sT', '-T4', '--max-retries', '0', ...ports);
  if (done.status !== 0) throw new Error(done.stderr);
};
/** Seconds from the end of the window that holds the finding, or for one of several windows of the last that is over, to its report. */
const delay = ({ at, ts, detection }: LiveEvent): number =>
  detection === 'beacon'
    ? (at / 1000) % WINDOW
    : at / 1000 - (Math.floor(Date.parse(String(ts)) / 1000 / WINDOW) + 1) * WINDOW;
const count = (db: string, sql: string): number =>
  Number(query<{ n: string }>(db, `SELECT count(*) AS n ${sql}`)[0]!.n);

/** Does something until a finding came of it: it may fall on the edge of two windows. */
async function provoke(
  run: LiveRun,
  doing: () => void | Promise<void>,
  detection: string,
  profile: string,
): Promise<void> {
  const told = (): boolean =>
    run.events.some((e) => e.event === 'evidence' && e.detection === detection && e.profile === profile);
  for (let i = 0; i < 4 && !told(); i++) {
    await doing();
    await run.windowOver(WINDOW);
  }
  expect(told(), `${detection} of ${profile}\n${JSON.stringify(run.events)}`).toBe(true);
}

describe('live', () => {
  beforeAll(async () => {
    if (reason) return;
    await lab.serving('listening', lab.peer('victim', 'web', VICTIM));
    await lab.serving('listening', lab.peer('attacker', 'web', ATTACKER));
    for (let n = 40; n < 60; n++) lab.inside('victim', 'ip', 'addr', 'add', `10.77.0.${n}/32`, 'dev', 'eth0');
  }, PATIENCE);
  afterAll(() => lab.down(), PATIENCE);

  it('names who scans, guesses and calls home, as a batch run of the recording does', {
    timeout: PATIENCE,
  }, async (test) => {
    test.skip(noSsh !== undefined, noSsh);
    const key = join(folder, 'host');
    lab.inside('victim', 'ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
    lab.inside('victim', 'mkdir', '-p', '/run/sshd');
    const sshd = ['-D', '-e', '-h', key, '-f', '/dev/null', '-p', '22'];
    for (const o of [`ListenAddress=${VICTIM}`, 'PidFile=none', 'UsePAM=no', 'MaxStartups=100', 'LoginGraceTime=0'])
      sshd.push('-o', o);
    await lab.serving(
      'Server listening',
      lab.start('victim', 'sh', '-c', 'exec "$(command -v sshd)" "$@"', 'sh', ...sshd),
    );
    const pcap = join(folder, 'recorded.pcap');
    const recorder = lab.start('victim', 'tcpdump', '-i', 'eth0', '-U', '-s', '65535', '-w', pcap);
    await lab.serving('listening on', recorder);
    const db = join(folder, 'story.duckdb');
    const run = live(db);
    await run.capturing(() => http('client'));
    // The recording began before: what is compared begins with a whole window.
    await run.windowOver(WINDOW);
    const since = `WHERE tw_start >= make_timestamp(${Math.floor(Date.now() / 1000 / WINDOW) * WINDOW * 1e6})`;
    const calls = lab.peer('victim', 'calls', `http://${ATTACKER}/ping`, '1', '40');
    const called = new Promise((resolve) => calls.once('close', resolve));
    const pages = lab.peer('client', 'calls', `http://${VICTIM}/`, '3.7', '8');
    await provoke(run, () => scan('-p', '445', '10.77.0.40-59'), 'horizontal-port-scan', ATTACKER);
    await provoke(run, () => scan('-p', '1-150', VICTIM), 'vertical-port-scan', ATTACKER);
    await provoke(run, () => guess(16), 'password-guessing', ATTACKER);
    await called;
    await provoke(run, () => undefined, 'beacon', VICTIM);
    await until(
      () => pages.exitCode !== null,
      () => 'the client goes on',
    );
    const told = ['horizontal-port-scan', 'vertical-port-scan', 'password-guessing', 'beacon'].map(
      (d) => run.events.find((e) => e.event === 'evidence' && e.detection === d)!,
    );
    const patience = TOLD_WITHIN * Math.max(1, loadavg()[0]! / availableParallelism());
    await test.annotate(
      `told after the close of the window: ${told.map((e) => `${e.detection} ${delay(e).toFixed(1)} s`).join(', ')}; load ${loadavg()[0]}`,
    );
    for (const e of told) {
      expect(delay(e), String(e.detection)).toBeGreaterThan(0);
      expect(delay(e), String(e.detection)).toBeLessThan(patience);
    }
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    recorder.kill('SIGINT');
    await new Promise((resolve) => recorder.once('close', resolve));
    // Notes of no weight are no findings: all addresses here are private, which one of them remarks on.
    const against = (e: (typeof run.events)[number]): boolean => e.event === 'evidence' && e.profile === CLIENT;
    expect(run.events.filter((e) => against(e) && e.threat_level !== 'info')).toEqual([]);
    expect(query(db, 'SELECT DISTINCT profile FROM alerts ORDER BY 1')).toEqual([{ profile: ATTACKER }]);
    const out = join(folder, 'story');
    const batch = cli(['analyze', pcap, '-o', out, '--window', `${WINDOW}s`, '--home-net', LAB_NET]);
    expect(batch.code, batch.stderr).toBe(0);
    // Each capture has its own stamp of a packet, some microseconds apart: ids do not depend on them.
    const ids = (file: string): unknown[] =>
      query(file, `SELECT evidence_id, detection FROM evidence ${since} ORDER BY 1`);
    expect(ids(db).length).toBeGreaterThan(3);
    expect(ids(db)).toEqual(ids(join(out, 'case.duckdb')));
  });

  /** Wrong passwords against the victim's real SSH server, at once: all in one window. */
  async function guess(times: number): Promise<void> {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'PreferredAuthentications=password'];
    const tries = Array.from({ length: times }, (_, i) =>
      lab.start(
        'attacker',
        ...['timeout', '60', 'sshpass', '-p', `guess${i}`, 'ssh', '-F', 'none'],
        ...[...options, 'NumberOfPasswordPrompts=1'].flatMap((o) => ['-o', o]),
        ...[`root@${VICTIM}`, 'true'],
      ),
    );
    const refused = tries.map(
      (t) =>
        new Promise<boolean>((resolve) => {
          let said = '';
          t.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
          t.once('close', () => resolve(said.includes('Permission denied')));
        }),
    );
    expect((await Promise.all(refused)).filter(Boolean).length).toBeGreaterThan(9);
  }

  it('blocks an alerted host in the firewall and lets it back in', { timeout: PATIENCE }, async (test) => {
    test.skip(noFirewall !== undefined, noFirewall);
    const db = join(folder, 'block.duckdb');
    const rules = (): string => lab.inside('victim', 'nft', 'list', 'ruleset').stdout;
    const before = rules();
    const arrived: { who: string; sent: number }[] = [];
    const receiver = await lab.serving('listening', lab.peer('victim', 'receive', VICTIM, '9999'));
    let rest = '';
    receiver.stdout!.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) arrived.push({ who: line.split(' ')[0]!, sent: Number(line.split(' ')[1]) });
    });
    const run = live(db, '--block');
    await run.capturing(() => http('client'));
    for (const who of ['attacker', 'client'] as const) lab.peer(who, 'send', VICTIM, '9999', '100');
    const from = (who: string, since: number, to = Number.POSITIVE_INFINITY): number =>
      arrived.filter((a) => a.who === who && a.sent > since && a.sent < to).length;
    // A machine so slow that the time was over when the window was analysed has to try again.
    let [begin, end] = [0, 0];
    for (let i = 0; i < 4 && end - begin < 1000; i++) {
      const already = run.events.length;
      scan('-p', '1-150', VICTIM);
      const blocked = (): (typeof run.events)[number] | undefined =>
        run.events.slice(already).find((e) => e.event === 'blocked' && e.address === ATTACKER);
      await until(
        () => blocked() !== undefined,
        () => `nobody was blocked: ${JSON.stringify(run.events)} ${run.stderr}`,
      );
      begin = blocked()!.at + 200;
      end = blocked()!.at + Number(blocked()!.seconds) * 1000 - 300;
    }
    expect(end - begin).toBeGreaterThan(0);
    await until(
      () => from(ATTACKER, end + 500) > 3,
      () => 'the attacker never came back',
    );
    const arrivals = (since: number, to?: number): string =>
      `${from(ATTACKER, since, to)} of the attacker, ${from(CLIENT, since, to)} of the client`;
    expect(from(ATTACKER, begin - 3000, begin - 200)).toBeGreaterThan(0);
    expect(from(ATTACKER, begin, end)).toBe(0);
    expect(from(CLIENT, begin, end)).toBeGreaterThan(0);
    await test.annotate(
      `arrived in the 3 s before: ${arrivals(begin - 3200, begin - 200)}; blocked for ${((end - begin) / 1000).toFixed(1)} s: ${arrivals(begin, end)}; after the timeout: ${arrivals(end + 500)}`,
    );
    // Others look on meanwhile; nobody else writes.
    expect(count(db, `FROM flows WHERE orig_h = '${ATTACKER}'`)).toBeGreaterThan(100);
    const second = cli(['detect', '--db', db]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('captures into this case');
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    const audit = readFileSync(`${db}.blocking.jsonl`, 'utf8');
    expect(audit).toContain(`"action":"block","address":"${ATTACKER}"`);
    expect(query(db, 'SELECT DISTINCT profile FROM alerts')).toEqual([{ profile: ATTACKER }]);
    expect(run.events.some((e) => e.event === 'alert' && e.profile === CLIENT)).toBe(false);
    const block = (...args: string[]): void => {
      const done = lab.inside('victim', process.execPath, MAIN, 'block', ...args);
      expect(done.status, done.stderr).toBe(0);
    };
    block('apply', '--db', db, '--for', '1h');
    expect(rules()).toContain(ATTACKER);
    await sleep(200);
    const applied = Date.now();
    await sleep(2000);
    expect(from(ATTACKER, applied)).toBe(0);
    expect(from(CLIENT, applied)).toBeGreaterThan(0);
    const cleared = Date.now();
    block('clear');
    await until(
      () => from(ATTACKER, cleared) > 3,
      () => 'the attacker never came back after clear',
    );
    expect(rules()).toBe(before);
    await test.annotate(
      `applied for 2 s: ${arrivals(applied, applied + 2000)}; after clear: ${arrivals(cleared)}; rules byte for byte as before`,
    );
  });

  it('gives the flows that the recorded packets give', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const db = join(folder, 'same.duckdb');
    const pcap = join(folder, 'same.pcap');
    const run = live(db, '-w', pcap);
    await run.capturing(() => http('client'));
    await provoke(run, () => scan('-p', '1-100', VICTIM), 'vertical-port-scan', ATTACKER);
    for (let i = 0; i < 5; i++) http('client');
    expect(await run.stop(), run.stderr).toBe(0);
    const out = join(folder, 'batch');
    const batch = cli(['analyze', pcap, '-o', out, '--window', `${WINDOW}s`, '--home-net', LAB_NET]);
    expect(batch.code, batch.stderr).toBe(0);
    const found = (file: string): unknown[] =>
      query(file, 'SELECT evidence_id, detection, ts FROM evidence ORDER BY 1');
    expect(found(db)).toEqual(found(join(out, 'case.duckdb')));
    const flows = (file: string): unknown[] =>
      query(
        file,
        'SELECT orig_h, orig_p, resp_h, resp_p, ts, conn_state, orig_pkts, resp_bytes FROM flows ORDER BY ALL',
      );
    expect(flows(db)).toEqual(flows(join(out, 'case.duckdb')));
    expect(existsSync(`${db}.live`)).toBe(false);
  });

  it('keeps flows of the time that is asked for, and all findings', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const db = join(folder, 'retained.duckdb');
    const run = live(db, '--retain', `${WINDOW}s`);
    await run.event((e) => e.event === 'capturing');
    await provoke(run, () => scan('-p', '1-100', VICTIM), 'vertical-port-scan', ATTACKER);
    const scans = `FROM flows WHERE orig_h = '${ATTACKER}' AND resp_p BETWEEN 1 AND 100`;
    await until(
      () => count(db, scans) > 50,
      () => run.stderr,
    );
    await until(
      () => http('client') && count(db, scans) === 0,
      () => `${count(db, scans)} flows of a window that is over for long`,
    );
    expect(count(db, `FROM flows WHERE orig_h = '${CLIENT}'`)).toBeGreaterThan(0);
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    const told = run.events.filter((e) => e.event === 'evidence').map((e) => e.evidence_id);
    expect(query(db, 'SELECT evidence_id FROM evidence').map((r) => r.evidence_id)).toEqual(
      expect.arrayContaining(told),
    );
    expect(count(db, scans)).toBe(0);
    expect(cli(['live', '--follow', folder, '--db', db, '--retain', '1MB']).stderr).toContain('at least 32MB');
  });

  it('loses a flush at most when it is killed', { timeout: PATIENCE }, async (test) => {
    test.skip(reason !== undefined, reason);
    const db = join(folder, 'killed.duckdb');
    for (const pause of [0, 1300]) {
      const run = live(db);
      await run.capturing(() => http('client'));
      // What others see is written: it stays, whenever the capture dies.
      const seen = `FROM flows WHERE orig_h = '${CLIENT}' AND conn_state = 'SF'`;
      const before = count(db, seen);
      for (let i = 0; i < 10; i++) http('client');
      await until(
        () => count(db, seen) >= before + 10,
        () => `written were ${count(db, seen)} after ${before}: ${run.stderr}`,
      );
      await sleep(pause);
      run.child.kill('SIGKILL');
      await run.exited;
      const done = cli(['detect', '--db', db, '--home-net', LAB_NET]);
      expect(done.stderr).toBe('');
      expect(done.code).toBe(0);
      expect(count(db, seen)).toBeGreaterThanOrEqual(before + 10);
      expect(count(db, "FROM captures WHERE status <> 'complete'")).toBe(0);
      expect(existsSync(`${db}.live`)).toBe(false);
    }
  });

  it('says what is wrong', { timeout: PATIENCE }, (test) => {
    test.skip(reason !== undefined, reason);
    const run = (...args: string[]) => lab.inside('victim', process.execPath, MAIN, 'live', ...args);
    const db = join(folder, 'x.duckdb');
    const none = run('-i', 'nope0', '--db', db);
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/nope0: no such interface/);
    const filter = run('-i', 'eth0', '--db', db, '--bpf', 'tcp and and');
    expect(filter.status).toBe(1);
    expect(filter.stderr).toContain('--bpf: ');
    expect(run('--db', db).status).toBe(2);
    expect(run('-i', 'eth0', '--db', db, '--engine', 'magic').stderr).toContain('one of auto, tcpdump, dumpcap, cap');
  });
});
