import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { type CliRun, cli, query } from '../support/cli.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('bad');
let n = 0;
const db = (): string => join(folder, `case-${n++}.duckdb`);

function file(name: string, content: string | Buffer): string {
  const dir = join(folder, `in-${n++}`);
  mkdirSync(dir);
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

/** One or two lines for the user, no stack, no file left half-written. */
function refused(run: CliRun, code: number, message: RegExp): void {
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toMatch(/\n\s+at |Error:|node:internal/);
  expect(run.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(run.code).toBe(code);
}

const HEADER = `#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\torig_pkts\tresp_pkts
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tcount\tcount
`;
const row = (o: Partial<Record<string, string | number>> = {}): string => {
  const r = {
    ts: '1700000000.000001',
    uid: `C${n++}`,
    h: '10.0.0.1',
    p: 1234,
    rh: '192.0.2.1',
    rp: 443,
    proto: 'tcp',
    service: 'ssl',
    d: '1.5',
    ob: 10,
    rb: 20,
    s: 'SF',
    op: 2,
    rpk: 3,
    ...o,
  };
  return Object.values(r).join('\t');
};

interface Counts {
  readonly flows: number;
  readonly rejects: { place: string; reason: string }[];
}

function ingest(path: string, ...args: string[]): Counts {
  const out = db();
  const run = cli(['ingest', path, '--db', out, ...args]);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(run.code, run.stderr).toBe(0);
  return {
    flows: query<{ n: number }>(out, 'SELECT count(*) AS n FROM flows')[0]!.n,
    rejects: query(out, 'SELECT place, reason FROM rejects ORDER BY place'),
  };
}

describe('files that are no captures', () => {
  it.each([
    ['empty', 'conn.log', '', /empty file/],
    [
      'binary rubbish',
      'conn.log',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
      /not a capture/,
    ],
    ['plain text', 'notes.txt', 'hello\nworld\n', /not a capture/],
    ['one JSON array', 'conn.log', '[{"ts":1.0,"uid":"C1","id.orig_h":"10.0.0.1"}]', /JSON array/],
  ])('%s', (_, name, content, message) => {
    refused(cli(['ingest', file(name, content), '--db', db()]), 3, message);
  });

  it('a missing file', () => refused(cli(['info', join(folder, 'none.log')]), 3, /no such file/));
  it('the wrong kind', () => {
    refused(
      cli(['ingest', file('conn.log', `${HEADER}${row()}\n`), '--db', db(), '--kind', 'suricata']),
      3,
      /not a suricata capture/,
    );
  });
  it('an unknown kind', () => refused(cli(['info', 'x', '--kind', 'foo']), 2, /--kind foo/));
  it('rubbish by standard input', () => {
    refused(
      cli(['ingest', '-', '--db', db()], { input: Buffer.alloc(4096, 0x9c) }),
      3,
      /stdin: not a capture of a known kind/,
    );
  });
  it('leaves no case behind that was made for what could not be read, and keeps one that was there', () => {
    const none = file('notes.txt', 'hello\nworld\n');
    const made = db();
    refused(cli(['ingest', none, '--db', made]), 3, /not a capture/);
    expect(existsSync(made)).toBe(false);
    expect(cli(['ingest', file('conn.log', `${HEADER}${row()}\n`), '--db', made]).code).toBe(0);
    refused(cli(['ingest', none, '--db', made]), 3, /not a capture/);
    expect(query(made, 'SELECT count(*)::INTEGER AS n FROM flows')).toEqual([{ n: 1 }]);
  });
  it('a case that is none', () => {
    refused(cli(['query', '--db', file('x.duckdb', 'nothing like it'.repeat(500)), 'SELECT 1']), 3, /not a case/);
  });
  it('no permission', ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read everything');
    const path = file('conn.log', `${HEADER}${row()}\n`);
    chmodSync(path, 0);
    refused(cli(['ingest', path, '--db', db()]), 3, /permission denied/);
  });
  it('a folder that cannot be written', () => {
    refused(cli(['analyze', fixture('office-zeek-tsv'), '-o', '/proc/none']), 1, /cannot make this folder/);
  });
});

describe('records that are broken', () => {
  it('truncated in the last line', () => {
    const got = ingest(file('conn.log', `${HEADER}${row()}\n${row()}\n${row().slice(0, 30)}`));
    expect(got).toEqual({ flows: 2, rejects: [{ place: 'line 10', reason: 'too few columns' }] });
  });
  it('missing columns', () => {
    const got = ingest(
      file(
        'conn.log',
        '#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tproto\n1.5\tC1\t10.0.0.1\t10.0.0.2\ttcp\n',
      ),
    );
    expect(got).toEqual({ flows: 1, rejects: [] });
  });
  it('NUL bytes, invalid UTF-8 and a line of 20 MB', () => {
    const got = ingest(
      file(
        'conn.log',
        Buffer.concat([
          Buffer.from(`${HEADER}${row()}\n${row({ service: 'a\0b' })}\n${row({ service: '' })}`),
          Buffer.from([0xe9, 0xff]),
          Buffer.from(`\n${row({ service: 'x'.repeat(20_000_000) })}\n${row()}\n`),
        ]),
      ),
    );
    expect(got.rejects.map((r) => r.reason).sort()).toEqual([
      'NUL byte',
      'bad value in resp_pkts',
      'line longer than 15728640 bytes',
    ]);
    expect(got.flows).toBe(2);
  });
  it('negative, absurd and unreadable values', () => {
    const bad = [
      row({ ts: '-99999999999999999' }),
      row({ ts: 'nan' }),
      row({ ts: 'inf' }),
      row({ ts: '1e300' }),
      row({ d: '-5' }),
      row({ ob: '-1' }),
      row({ p: 70000 }),
      row({ rp: -1 }),
      row({ h: '999.1.1.1' }),
      row({ h: 'example.org' }),
      row({ rh: '::g' }),
      row({ ob: '99999999999999999999999' }),
    ];
    const got = ingest(file('conn.log', `${HEADER}${row()}\n${bad.join('\n')}\n${row()}\n`));
    expect(got.flows).toBe(2);
    expect(got.rejects).toHaveLength(bad.length);
    expect(new Set(got.rejects.map((r) => r.place)).size).toBe(bad.length);
  });
  it('nothing but broken ones: exit code 3, and no word that sounds like all is well', () => {
    const out = join(folder, 'nothing-usable');
    const path = file('conn.log', `${HEADER}${row({ ts: 'then' })}\n${row({ p: 99999 })}\n`);
    const run = cli(['analyze', path, '-o', out]);
    refused(run, 3, /no record of these captures could be used/);
    expect(run.stdout).toContain('Nothing to judge');
    expect(run.stdout).toContain('2 records rejected');
    expect(query(join(out, 'case.duckdb'), 'SELECT * FROM rejects')).toHaveLength(2);
  });

  it('times before 1970 and in the year 9999', () => {
    expect(ingest(file('conn.log', `${HEADER}${row({ ts: '-100.5' })}\n${row({ ts: '253402300000' })}\n`)).flows).toBe(
      2,
    );
  });
  it('times thousands of years apart are analysed, in windows of a second too', () => {
    const times = ['-62135596800', '1', '1000', '1700000000', '1700000100', '1700000160', '4000000000', '253370764800'];
    const log = file('conn.log', `${HEADER}${times.map((ts) => row({ ts, rh: '198.51.100.9' })).join('\n')}\n`);
    for (const window of ['1s', '1h', 'one']) {
      const out = join(folder, `apart-${window}`);
      const run = cli(['analyze', log, '-o', out, '--window', window]);
      expect(run.code, run.stderr).toBe(0);
      const flows = query(
        join(out, 'case.duckdb'),
        'SELECT sum(flows)::INTEGER AS flows, max(tw)::INTEGER AS last FROM profiles',
      );
      expect(flows).toEqual([{ flows: 8, last: { '1s': 8, '1h': 5, one: 1 }[window] }]);
    }
  });
  it('broken JSON lines in the middle', () => {
    const good = (uid: string): string =>
      JSON.stringify({
        ts: 1700000000.5,
        uid,
        'id.orig_h': '10.0.0.1',
        'id.orig_p': 1,
        'id.resp_h': '10.0.0.2',
        'id.resp_p': 2,
        proto: 'tcp',
        conn_state: 'SF',
      });
    const lines = [
      good('C1'),
      '{"ts":1700000000.5,"uid":"C2","id.orig',
      '[]',
      'null',
      good('C3').replace('1700000000.5', '"soon"'),
      good('C4'),
    ];
    const got = ingest(file('conn.log', `${lines.join('\n')}\n`));
    expect(got.flows).toBe(2);
    expect(got.rejects.map((r) => r.place)).toEqual(['line 2', 'line 3', 'line 4', 'line 5']);
  });
  it('JSON that only a strict reader refuses costs its own line, not the file', () => {
    const good = (uid: string): string =>
      `{"ts":1700000000.5,"uid":"${uid}","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.2","id.resp_p":2,"proto":"tcp","conn_state":"SF"}`;
    const lines = [good('C1'), good('C2').replace('"proto"', '"uid":"C9","proto"'), good('C3\\ud800'), good('C4')];
    const got = ingest(file('conn.log', `${lines.join('\n')}\n`));
    expect(got).toEqual({
      flows: 2,
      rejects: [
        { place: 'line 2', reason: 'key uid twice' },
        { place: 'line 3', reason: 'half a surrogate pair' },
      ],
    });
  });
  it('a second flow with the same uid', () => {
    const got = ingest(
      file('conn.log', `${HEADER}${row({ uid: 'CSAME' })}\n${row({ uid: 'CSAME', h: '10.0.0.9' })}\n`),
    );
    expect(got).toEqual({ flows: 1, rejects: [{ place: 'record 2', reason: 'duplicate uid' }] });
  });
});

describe('hostile text', () => {
  const evil = [
    `'; DROP TABLE flows; --`,
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    '{{constructor}}',
    '$(touch /tmp/x)',
    '%s%n',
    '=HYPERLINK("x")',
    '\u202Egnp.exe',
    '\u001b[31mred',
  ];
  it('goes through as text, in tables, report and terminal', () => {
    const lines = evil.map((e, i) =>
      JSON.stringify({
        ts: 1700000000 + i,
        uid: `C${e}`,
        'id.orig_h': '10.0.0.1',
        'id.orig_p': 1,
        'id.resp_h': '192.0.2.1',
        'id.resp_p': 0,
        proto: 'tcp',
        service: e,
        conn_state: 'S0',
        history: e,
        odd: e,
      }),
    );
    const out = join(folder, 'evil');
    const run = cli(['analyze', file('conn.log', `${lines.join('\n')}\n`), '-o', out, '--title', evil[1]!]);
    expect(run.code, run.stderr).toBe(0);
    const got = query<{ service: string }>(join(out, 'case.duckdb'), 'SELECT service FROM flows ORDER BY ts');
    expect(got.map((r) => r.service)).toEqual(evil);
    const table = cli(['query', '--db', join(out, 'case.duckdb'), 'SELECT service FROM flows ORDER BY ts']);
    expect(table.stdout).not.toContain('\u001b');
    expect(table.stdout).not.toContain('\u202E');
    const csv = cli(['query', '--db', join(out, 'case.duckdb'), '--csv', 'SELECT service FROM flows ORDER BY ts']);
    expect(csv.stdout).toContain(`"'=HYPERLINK(""x"")"`);
  });
});

/** Seeded, so that every run writes the same file: 48 hexadecimal digits each. */
const randomNames = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => createHash('sha256').update(`name ${i}`).digest('hex').slice(0, 48));

const WHOLE = 'SELECT records, (SELECT count(*) FROM flows f WHERE f.capture_id = c.capture_id) AS n FROM captures c';

describe('a full disk', () => {
  it('is said, and what was there stays', ({ skip }) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]).status !== 0)
      skip('needs root to mount a small disk');
    try {
      const path = join(disk, 'case.duckdb');
      expect(cli(['ingest', fixture('office-zeek-tsv', 'conn.log'), '--db', path]).code).toBe(0);
      // Names that do not compress: far more than the disk holds, however well the rest is packed.
      const names = randomNames(600_000);
      const big = file('conn.log', HEADER + names.map((uid) => row({ uid })).join('\n'));
      refused(cli(['ingest', big, '--db', path]), 1, /disk full/);
      // Whole captures only: the first one is there, the second one wholly or not at all.
      const captures = query<{ records: number; n: number }>(path, WHOLE);
      expect(captures.length).toBeGreaterThanOrEqual(1);
      for (const c of captures) expect(c.n).toBe(c.records);
      writeFileSync(join(disk, 'fill'), '');
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=1k']);
      refused(cli(['report', '--db', path, '-o', join(disk, 'report.html')]), 1, /disk full/);
      expect(readdirSync(disk).sort()).toEqual(['case.duckdb', 'fill']);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

describe('two processes on one case', () => {
  it('the second is told to wait', async () => {
    const path = db();
    expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', path]).code).toBe(0);
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { CaseStore } from ${JSON.stringify(join(packageRoot, 'dist/ingest/case/case-store.js'))};
      await CaseStore.open(${JSON.stringify(path)}, { mode: 'update' }); console.log('open'); setInterval(() => {}, 1000);`,
    ]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    try {
      refused(cli(['ingest', fixture('office-zeek-json'), '--db', path]), 1, /in use by another process/);
    } finally {
      holder.kill('SIGKILL');
    }
  });
  it('a killed ingest leaves a case that opens, without a part of a capture', async () => {
    const path = db();
    const big = file('conn.log', HEADER + Array.from({ length: 300_000 }, (_, i) => row({ uid: `K${i}` })).join('\n'));
    const child = spawn(process.execPath, [join(packageRoot, 'dist/cli/main.js'), 'ingest', big, '--db', path]);
    await new Promise((resolve) => setTimeout(resolve, 900));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const run = cli(['ingest', fixture('office-zeek-tsv', 'conn.log'), '--db', path]);
    expect(run.code, run.stderr).toBe(0);
    const captures = query<{ records: number; n: number }>(path, WHOLE);
    for (const c of captures) expect(c.n).toBe(c.records);
    expect(readdirSync(folder).filter((f) => f.startsWith(`${basename(path)}.tmp-`))).toEqual([]);
  });
});
