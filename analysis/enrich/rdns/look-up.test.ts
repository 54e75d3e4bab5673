import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../../test/support/test-case.js';
import { detect } from '../../detect.js';
import { defaultOptions } from '../../options.js';
import { askNames, type RdnsAccess, type RdnsSummary } from './look-up.js';

const conn = (n: number, to: string): string =>
  `${JSON.stringify({ ts: 1_767_261_600 + n, uid: `C${n}`, 'id.orig_h': '10.0.0.5', 'id.orig_p': 4000 + n, 'id.resp_h': to, 'id.resp_p': 443, proto: 'tcp', conn_state: 'SF' })}\n`;

/** Two public IPv4 addresses, one of IPv6; the rest is nobody's business outside. */
const LOG = ['8.8.8.8', '9.9.9.9', '2001:4860:4860::8888', '10.0.0.9', '224.0.0.251', '169.254.1.1']
  .map((a, i) => conn(i, a))
  .join('');
const V6 = `${[...'20014860486000000000000000008888'].reverse().join('.')}.ip6.arpa`;

type Answer = (name: string) => string[] | 'nothing' | 'garbage' | 'truncated' | number;

/** A DNS server of this test: answers PTR questions over UDP, and over TCP where an answer was truncated. */
class Dns {
  readonly asked: string[] = [];
  answer: Answer = () => ['host.example'];
  port = 0;
  #udp: Socket = createSocket('udp4');
  #tcp: Server | undefined;
  readonly #open = new Set<TcpSocket>();

  async start(tcp = true): Promise<void> {
    await new Promise<void>((resolve) => this.#udp.bind(0, '127.0.0.1', resolve));
    this.port = this.#udp.address().port;
    this.#udp.on('message', (question, from) => {
      const answer = this.#reply(question, false);
      if (answer) this.#udp.send(answer, from.port, from.address);
    });
    if (!tcp) return;
    this.#tcp = createServer((socket) => {
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        for (let at = 0; at < data.length; at += 2 + data.readUInt16BE(at)) {
          const answer = this.#reply(data.subarray(at + 2, at + 2 + data.readUInt16BE(at)), true)!;
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([length, answer]));
        }
      });
    });
    await new Promise<void>((resolve, reject) => {
      this.#tcp!.once('error', reject);
      this.#tcp!.listen(this.port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.#udp.close();
    for (const socket of this.#open) socket.destroy();
    if (this.#tcp) await new Promise((resolve) => this.#tcp!.close(resolve));
  }

  #reply(question: Buffer, tcp: boolean): Buffer | undefined {
    let at = 12;
    const labels: string[] = [];
    while (question[at]! > 0) {
      labels.push(question.toString('latin1', at + 1, at + 1 + question[at]!));
      at += 1 + question[at]!;
    }
    const name = labels.join('.').toLowerCase();
    this.asked.push(name);
    let said = this.answer(name);
    if (said === 'nothing') return undefined;
    if (said === 'garbage') return Buffer.concat([question.subarray(0, 2), Buffer.from('ffffffffffffffffff', 'hex')]);
    if (said === 'truncated') said = tcp ? ['long.example'] : [];
    const names = typeof said === 'number' ? [] : said;
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    const truncated = !tcp && names.length === 0 && this.answer(name) === 'truncated';
    header.writeUInt16BE(0x8180 | (truncated ? 0x0200 : 0) | (typeof said === 'number' ? said : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(names.length, 6);
    const records = names.map((n) => {
      const data = Buffer.concat([
        ...n.split('.').map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l, 'latin1')])),
        Buffer.from([0]),
      ]);
      const head = Buffer.from('c00c000c00010000003c0000', 'hex');
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    return Buffer.concat([header, question.subarray(12, at + 5), ...records]);
  }
}

let test: TestCase;
let dns: Dns;
let cacheFolder: string;

beforeEach(async () => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'rdns-'));
  dns = new Dns();
  await dns.start();
  test = await testCase({ 'conn.log': LOG });
}, 60_000);
afterEach(async () => {
  test.close();
  await dns.stop();
  rmSync(cacheFolder, { recursive: true, force: true });
});

const access = (more: Partial<RdnsAccess> = {}): RdnsAccess => ({
  servers: [`127.0.0.1:${dns.port}`],
  cacheFolder,
  most: 100,
  parallel: 4,
  timeoutMs: 5000,
  tries: 1,
  maxAge: 1000,
  now: () => 1_000_000,
  ...more,
});

/** A run of the one cheapest detection: what counts here are the questions. */
async function run(more?: Partial<RdnsAccess>): Promise<RdnsSummary | undefined> {
  const ask =
    more === undefined ? undefined : { askNames: (db: TestCase['store']['db']) => askNames(db, access(more)) };
  return (await detect(test.store, { ...defaultOptions, ...ask, modules: ['port-zero'] })).reverse;
}
const rdns = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (
      await test.rows<{ address: string; rdns: string | null }>(
        "SELECT address, rdns FROM addresses WHERE scope = 'public' ORDER BY address",
      )
    ).map((r) => [r.address, r.rdns]),
  );
const lookups = (): Promise<{ subject: string; answer: string }[]> =>
  test.rows("SELECT subject, answer::VARCHAR AS answer FROM lookups WHERE kind = 'rdns' ORDER BY subject");

const byName: Answer = (name) =>
  name === '8.8.8.8.in-addr.arpa' ? ['Z.example', 'dns.google'] : name === V6 ? ['v6.example'] : 3;

describe('names of addresses', () => {
  it('are asked for where they are public, kept, and asked for once', async () => {
    dns.answer = byName;
    expect(await run({})).toEqual({ asked: 3, fromCache: 0, named: 2, left: 0, problem: undefined });
    expect([...dns.asked].sort()).toEqual(['8.8.8.8.in-addr.arpa', V6, '9.9.9.9.in-addr.arpa'].sort());
    const want = { '8.8.8.8': 'dns.google', '9.9.9.9': null, '2001:4860:4860::8888': 'v6.example' };
    expect(await rdns()).toEqual(want);
    expect(await lookups()).toEqual([
      { subject: '2001:4860:4860::8888', answer: '{"names":["v6.example"]}' },
      { subject: '8.8.8.8', answer: '{"names":["dns.google","z.example"]}' },
      { subject: '9.9.9.9', answer: '{"names":[]}' },
    ]);
    // A run without questions has the names; one with questions has nothing to ask.
    dns.asked.length = 0;
    expect(await run()).toBeUndefined();
    expect(await rdns()).toEqual(want);
    expect(await run({})).toMatchObject({ asked: 0, fromCache: 0, left: 0 });
    expect(dns.asked).toEqual([]);
  }, 60_000);

  it('come from the cache while they are young', async () => {
    dns.answer = byName;
    await run({});
    await test.store.db.run('DELETE FROM lookups');
    dns.asked.length = 0;
    expect(await run({ now: () => 1_000_000 + 1_000_000 })).toMatchObject({ asked: 0, fromCache: 3, named: 2 });
    expect(dns.asked).toEqual([]);
    await test.store.db.run('DELETE FROM lookups');
    expect(await run({ now: () => 1_000_000 + 1_000_001 })).toMatchObject({ asked: 3, fromCache: 0 });
  }, 60_000);

  it('are asked for no more than allowed', async () => {
    dns.answer = byName;
    expect(await run({ most: 1 })).toMatchObject({ asked: 1, left: 2 });
    expect(dns.asked).toHaveLength(1);
    expect(await run({ most: 5 })).toMatchObject({ asked: 2, left: 0 });
  }, 60_000);

  it('that are addresses, no text or too long are none', async () => {
    dns.answer = () => ['1.2.3.4', 'a\u0001b.example', 'fine.example'];
    await run({});
    expect((await lookups()).map((l) => l.answer)).toEqual(
      Array.from({ length: 3 }, () => '{"names":["fine.example"]}'),
    );
  }, 60_000);
});

describe('faults', () => {
  it.each<[string, Answer, RegExp]>([
    ['silence', () => 'nothing', /no answer in time/],
    ['garbage', () => 'garbage', /no answer in time|no DNS/],
    ['a resolver that fails', () => 2, /the resolver failed/],
    ['a resolver that refuses', () => 5, /the resolver refused/],
  ])(
    '%s is told, not kept, and the other addresses are asked about',
    async (_, fault, problem) => {
      dns.answer = (name) => (name === '9.9.9.9.in-addr.arpa' ? fault(name) : ['ok.example']);
      const told = await run({ timeoutMs: 700, parallel: 1 });
      expect(told).toMatchObject({ asked: 3, named: 2, left: 1 });
      expect(told!.problem).toMatch(problem);
      expect((await lookups()).map((l) => l.subject)).toEqual(['2001:4860:4860::8888', '8.8.8.8']);
      // The next run asks about the one that is missing.
      dns.answer = () => ['late.example'];
      expect(await run({})).toMatchObject({ asked: 1, named: 1, left: 0 });
      expect((await rdns())['9.9.9.9']).toBe('late.example');
    },
    60_000,
  );

  it('a truncated answer is asked for again over TCP', async () => {
    dns.answer = () => 'truncated';
    expect(await run({})).toMatchObject({ named: 3, left: 0, problem: undefined });
    expect((await rdns())['8.8.8.8']).toBe('long.example');
  }, 60_000);

  it('after 20 failures in a row nobody is asked any more', async () => {
    test.close();
    test = await testCase({ 'conn.log': Array.from({ length: 60 }, (_, i) => conn(i, `8.8.4.${i + 1}`)).join('') });
    dns.answer = () => 2;
    const told = await run({ parallel: 2 });
    expect(told!.problem).toMatch(/^\d+ times the resolver failed; given up after 20 in a row$/);
    expect(told!.asked).toBeGreaterThanOrEqual(20);
    expect(told!.asked).toBeLessThan(25);
    expect(told!.left).toBe(60);
    expect(await lookups()).toEqual([]);
  }, 60_000);
});
