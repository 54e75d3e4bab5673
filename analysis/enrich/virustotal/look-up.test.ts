import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../../test/support/test-case.js';
import { detect } from '../../detect.js';
import { defaultOptions } from '../../options.js';
import { configurationText } from '../../provenance.js';
import type { Clock } from './client.js';
import { askVirusTotal, type LookUpSummary, type VtAccess } from './look-up.js';

const KEY = 'c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70001';
const SHA1 = 'b8f8d5d0a1f0a4a4d1b1c9b8e7f6a5b4c3d2e1f0';
const log = (path: string, fields: string, rows: readonly string[]): string =>
  `#separator \\x09\n#path\t${path}\n#fields\t${fields}\n${rows.join('\n')}\n`;
const ENDS = 'ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p';
const ends = (n: number, to: string, port: number, from = '192.168.1.5'): string =>
  `170000000${n}.5\tC${n}\t${from}\t40000\t${to}\t${port}`;

/** A host that meets things inside and outside. */
const LOGS = {
  'conn.log': log('conn', `${ENDS}\tproto\tconn_state`, [
    `${ends(0, '8.8.8.8', 443)}\ttcp\tSF`,
    `${ends(1, '192.168.1.9', 443)}\ttcp\tSF`,
    `${ends(2, '224.0.0.251', 5353)}\tudp\tS0`,
    `${ends(3, '169.254.1.1', 80)}\ttcp\tS0`,
    `${ends(4, '9.9.9.9', 80)}\ttcp\tSF`,
    `${ends(5, '192.168.1.5', 22, '7.7.7.7')}\ttcp\tS0`,
  ]),
  'dns.log': log('dns', `${ENDS}\tproto\tquery\tqtype_name`, [
    `${ends(6, '192.168.1.1', 53)}\tudp\tbad.site.com\tA`,
    `${ends(7, '192.168.1.1', 53)}\tudp\tprinter.local\tA`,
    `${ends(8, '192.168.1.1', 53)}\tudp\tdb.corp.internal\tA`,
    `${ends(9, '192.168.1.1', 53)}\tudp\t1.1.168.192.in-addr.arpa\tPTR`,
  ]),
  'http.log': log('http', `${ENDS}\tmethod\thost\turi\tstatus_code`, [
    `${ends(4, '9.9.9.9', 80)}\tGET\tbad.site.com\t/a.exe\t200`,
    `${ends(4, '9.9.9.9', 80)}\tGET\tbad.site.com\t/login?user=me&password=secret\t200`,
  ]),
  'files.log': log('files', 'ts\tfuid\ttx_hosts\trx_hosts\tconn_uids\tsource\tsha1', [
    `1700000004.6\tF1\t9.9.9.9\t192.168.1.5\tC4\tHTTP\t${SHA1}`,
    `1700000004.6\tF2\t9.9.9.9\t192.168.1.5\tC4\tSSL\t${'a'.repeat(40)}`,
  ]),
};
const URL_ID = Buffer.from('http://bad.site.com/a.exe').toString('base64url');
const ALL = [
  `/files/${SHA1}`,
  `/urls/${URL_ID}`,
  '/domains/bad.site.com',
  '/ip_addresses/8.8.8.8',
  '/ip_addresses/9.9.9.9',
];

const report = (malicious: number, more = {}) =>
  JSON.stringify({
    data: {
      id: 'x',
      attributes: {
        last_analysis_stats: { malicious, suspicious: 1, harmless: 60, undetected: 29 - malicious, timeout: 0 },
        last_analysis_date: 1_690_000_000,
        reputation: -5,
        ...more,
      },
    },
  });

/** More than any report; made before the clock of a request runs. */
const BOOK = JSON.stringify({ data: 'x'.repeat(17_000_000) });

let server: Server;
let base: string;
let asked: { path: string; key: string | undefined }[] = [];
let answer: (path: string, res: ServerResponse) => void;
const open = new Set<ServerResponse>();
let test: TestCase;
let n = 0;

const json = (res: ServerResponse, status: number, text: string): void => {
  res.writeHead(status, { 'content-type': 'application/json' }).end(text);
};
const error = (res: ServerResponse, status: number, code: string, headers = {}): void => {
  res.writeHead(status, headers).end(JSON.stringify({ error: { code, message: `${code} ${KEY}` } }));
};

beforeAll(async () => {
  server = createServer((req: IncomingMessage, res) => {
    open.add(res);
    asked.push({ path: req.url!, key: req.headers['x-apikey'] as string | undefined });
    answer(req.url!, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  test = await testCase(LOGS);
  await detect(test.store, defaultOptions);
});
afterAll(async () => {
  for (const res of open) res.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  test.close();
});

/** Time that passes only while somebody sleeps. */
class FakeClock implements Clock {
  time = Date.parse('2026-05-05T10:00:00Z');
  readonly slept: number[] = [];
  now(): number {
    return this.time;
  }
  async sleep(ms: number): Promise<void> {
    this.slept.push(Math.round(ms));
    this.time += ms;
  }
}

let clock: FakeClock;
let cacheFolder: string;
beforeEach(async () => {
  clock = new FakeClock();
  asked = [];
  cacheFolder = join(test.folder, `cache-${n++}`);
  mkdirSync(cacheFolder);
  answer = (_, res) => json(res, 200, report(0));
  await test.store.db.run('DELETE FROM lookups');
});

const access = (more: Partial<VtAccess> = {}): VtAccess => ({
  key: KEY,
  base,
  cacheFolder,
  perMinute: 4,
  perDay: 500,
  most: 100,
  maxAge: 259_200,
  timeoutMs: 10_000,
  clock,
  ...more,
});
const ask = (more: Partial<VtAccess> = {}): Promise<LookUpSummary> => askVirusTotal(test.store.db, access(more));
const lookups = () =>
  test.rows<{ kind: string; subject: string; answer: string }>(
    'SELECT kind, subject, answer FROM lookups ORDER BY ALL',
  );
const forget = () => test.store.db.run('DELETE FROM lookups');
const paths = (): string[] => asked.map((a) => a.path);

describe('what is sent', () => {
  it('is what hosts met outside: nothing private, no name of the own network, no query of a URL', async () => {
    expect(await ask()).toEqual({ asked: 5, fromCache: 0, known: 0, left: 0, problem: undefined });
    expect(paths().sort()).toEqual([...ALL].sort());
    expect(new Set(asked.map((a) => a.key))).toEqual(new Set([KEY]));
    expect(paths().join()).not.toMatch(/secret|192\.168|7\.7\.7\.7|local|corp|arpa/);
  });

  it('comes at four a minute, by day no more than the day allows, over several runs', async () => {
    const first = await ask({ perDay: 3 });
    expect(clock.slept).toEqual([15_000, 15_000]);
    expect(first).toMatchObject({ left: 2 });
    expect(first.problem).toMatch(/^today's 3 questions are asked: run again in 14 h/);
    expect(asked).toHaveLength(3);
    await ask({ perDay: 3 });
    expect(asked).toHaveLength(3);
    clock.time += 24 * 3_600_000;
    expect(await ask({ perDay: 3 })).toMatchObject({ known: 3, asked: 2, left: 0, problem: undefined });
    expect(paths().sort()).toEqual([...ALL].sort());
  });

  it('asks again only when the cache is too old, and goes on where it was stopped', async () => {
    expect(await ask({ most: 2 })).toMatchObject({ asked: 2, left: 3 });
    await forget();
    expect(await ask()).toMatchObject({ asked: 3, fromCache: 2 });
    await forget();
    expect(await ask()).toMatchObject({ asked: 0, fromCache: 5 });
    await forget();
    clock.time += 259_201_000;
    expect(await ask()).toMatchObject({ asked: 5, fromCache: 0 });
    await forget();
    clock.time += 259_201_000;
    answer = (_, res) => error(res, 429, 'QuotaExceededError');
    const old = await ask();
    expect(old).toMatchObject({ fromCache: 5, left: 0 });
    expect(old.problem).toContain('the quota is used up (429)');
    expect(await lookups()).toHaveLength(5);
  });
});

describe('answers', () => {
  it('become scores, and those of what belongs to a bad address or name', async () => {
    answer = (path, res) => {
      if (path.endsWith('/downloaded_files?limit=40')) return error(res, 403, 'ForbiddenError');
      if (path.includes('?')) {
        return json(
          res,
          200,
          JSON.stringify({
            data: [report(10), report(20)]
              .map((r) => (JSON.parse(r) as { data: unknown }).data)
              .concat([{ id: 'no analysis' }]),
          }),
        );
      }
      json(res, path.startsWith('/files') ? 404 : 200, report(path.includes('8.8.8.8') ? 0 : 9));
    };
    await ask();
    const rows = new Map(
      (await lookups()).map((l) => [`${l.kind} ${l.subject}`, JSON.parse(l.answer) as Record<string, unknown>]),
    );
    const bad = {
      status: 'found',
      malicious: 9,
      engines: 90,
      suspicious: 1,
      score: 10,
      analysed: 1_690_000_000,
      reputation: -5,
      label: null,
    };
    expect(rows.get(`virustotal-file ${SHA1}`)).toEqual({ status: 'unknown' });
    expect(rows.get('virustotal-url http://bad.site.com/a.exe')).toEqual({ ...bad, related: {} });
    expect(rows.get('virustotal-address 8.8.8.8')).toMatchObject({ malicious: 0, related: {} });
    const some = { malicious: 30, engines: 180, score: 16.666667 };
    expect(rows.get('virustotal-domain bad.site.com')).toEqual({
      ...bad,
      related: { url: some, down_file: null, ref_file: some, com_file: some },
    });
    // What the key may not ask for is not asked again.
    expect(paths().filter((p) => p.includes('downloaded_files'))).toHaveLength(1);
  });

  it('lead to findings, which a run without questions repeats', async () => {
    answer = (path, res) =>
      path.includes('?') ? json(res, 200, '{"data":[]}') : json(res, 200, report(path.includes('9.9.9.9') ? 12 : 0));
    const options = { ...defaultOptions, lookUp: () => ask() };
    const found = () =>
      test.rows("SELECT key, threat_level, description FROM evidence WHERE detection = 'virustotal' ORDER BY key");
    expect((await detect(test.store, options)).lookUps).toMatchObject({ left: 0 });
    const first = await found();
    expect(first).toEqual([
      {
        key: 'address:9.9.9.9',
        threat_level: 'high',
        description: '192.168.1.5: 12 of 90 engines call 9.9.9.9 malicious',
      },
    ]);
    asked = [];
    await detect(test.store, defaultOptions);
    expect(await found()).toEqual(first);
    expect(asked).toEqual([]);
    await forget();
    await detect(test.store, defaultOptions);
    expect(await test.rows("SELECT status, reason FROM detection_runs WHERE detection = 'virustotal'")).toEqual([
      { status: 'not_decided', reason: 'VirusTotal was not asked: run with --virustotal and a key' },
    ]);
  });
});

describe('faults', () => {
  it.each([
    [401, 'VirusTotal does not accept the key (401)', 1],
    [403, 'the key is not allowed to ask (403)', 1],
    [204, 'the quota is used up (204)', 3],
    [429, 'the quota is used up (429)', 3],
  ])('%i ends the questions', async (status, reason, requests) => {
    answer = (_, res) => (status === 204 ? res.writeHead(204).end() : error(res, status, 'SomeError'));
    const told = await ask();
    expect(told.problem).toContain(reason);
    expect(told.left).toBe(5);
    expect(asked).toHaveLength(requests);
    expect(await lookups()).toEqual([]);
  });

  it('429 is waited for as long as the server says', async () => {
    answer = (_, res) =>
      asked.length === 1 ? error(res, 429, 'TooManyRequestsError', { 'retry-after': '77' }) : json(res, 200, report(0));
    expect(await ask()).toMatchObject({ left: 0, problem: undefined });
    expect(clock.slept[0]).toBe(77_000);
  });

  it.each<[string, string, number, (res: ServerResponse) => void]>([
    ['5xx', 'an answer of 503', 15, (res) => error(res, 503, 'TransientError')],
    ['silence', 'no answer', 15, () => undefined],
    ['a connection that breaks', 'no answer', 15, (res) => res.destroy()],
    [
      'half an answer',
      'no answer',
      15,
      (res) => {
        res.writeHead(200, { 'content-length': '999' });
        res.write('{"da');
        setTimeout(() => res.destroy(), 20);
      },
    ],
    ['garbage', 'an answer that is no JSON', 5, (res) => json(res, 200, '<html>')],
    [
      'other JSON',
      'an answer that is no report',
      5,
      (res) => json(res, 200, '{"data":{"attributes":{"last_analysis_stats":{"malicious":"9"}}}}'),
    ],
    ['numbers that cannot be', 'an answer that is no report', 5, (res) => json(res, 200, report(-3))],
    ['a book', 'an answer that is no JSON', 5, (res) => json(res, 200, BOOK)],
    ['400', 'the question was refused (400)', 5, (res) => error(res, 400, 'InvalidArgumentError')],
    [
      'a redirect, which would take the key elsewhere',
      'an answer of 302',
      5,
      (res) => res.writeHead(302, { location: `${base}/elsewhere` }).end(),
    ],
  ])(
    '%s: told, and given up after five',
    async (name, reason, requests, fault) => {
      answer = (_path, res) => fault(res);
      const told = await ask({ timeoutMs: name === 'silence' ? 300 : 10_000 });
      expect(told).toMatchObject({ asked: 5, left: 5 });
      expect(told.problem).toBe(`5 questions in a row failed: ${reason}`);
      expect(asked).toHaveLength(requests);
      expect(paths()).not.toContain('/elsewhere');
      expect(await lookups()).toEqual([]);
    },
    30_000,
  );

  it('one subject without an answer does not stop the others', async () => {
    answer = (path, res) => json(res, 200, path.includes('8.8.8.8') ? 'garbage' : report(0));
    expect(await ask()).toMatchObject({
      asked: 5,
      left: 1,
      problem: '1 without an answer (an answer that is no JSON)',
    });
    expect(await lookups()).toHaveLength(4);
  });

  it('a damaged cache is as good as none', async () => {
    await ask();
    await forget();
    for (const file of everything(cacheFolder)) writeFileSync(file, '{"kind": 1');
    asked = [];
    expect(await ask()).toMatchObject({ asked: 5, fromCache: 0 });
  });
});

const everything = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name));

it('the key is in no table, cache, option or message', async () => {
  answer = (path, res) =>
    path.includes('8.8.8.8') ? error(res, 401, 'WrongCredentialsError') : json(res, 200, report(9));
  const told: LookUpSummary[] = [];
  const options = {
    ...defaultOptions,
    lookUp: async () => {
      told.push(await ask());
      return told[0]!;
    },
  };
  await detect(test.store, options);
  expect(asked.length).toBeGreaterThan(0);
  expect(JSON.stringify(told) + configurationText(options)).not.toContain(KEY);
  for (const file of everything(cacheFolder)) expect(readFileSync(file, 'utf8')).not.toContain(KEY);
  const tables = await test.rows<{ table_name: string }>(
    'SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1',
  );
  for (const { table_name } of tables) {
    const rows = await test.rows<{ n: string }>(
      `SELECT count(*) AS n FROM "${table_name}" t WHERE contains(t::VARCHAR, '${KEY}')`,
    );
    expect([table_name, Number(rows[0]!.n)]).toEqual([table_name, 0]);
  }
});
