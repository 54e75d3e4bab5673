import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { networkRange } from '../networks.js';
import { defaultOptions } from '../options.js';
import { runPass } from '../passes.js';

const HEADER =
  '#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\n';
const conn = ['8.8.8.8', '9.9.9.9', '192.168.1.9']
  .map((to, i) => `17000000${i}0.5\tC${i}\t192.168.1.5\t40000\t${to}\t443\ttcp\tSF\n`)
  .join('');
const DNS =
  '#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype_name\tanswers\n';
const dns = ['www.shop.co.uk', 'cdn.evil.example.com', 'EVIL.example.com']
  .map((q, i) => `170000001${i}.5\tD${i}\t192.168.1.5\t40000\t192.168.1.1\t53\tudp\t${q}\tA\t-\n`)
  .join('');

let test: TestCase;
let feeds: string;
let n = 0;

beforeAll(async () => {
  test = await testCase({ 'conn.log': HEADER + conn, 'dns.log': DNS + dns });
});
afterAll(() => test.close());
beforeEach(() => {
  feeds = join(test.folder, `feeds-${n++}`);
  mkdirSync(feeds);
});

const put = (name: string, text: string): void => writeFileSync(join(feeds, name), text);
const yaml = (name: string, kinds: string, level: string, more = ''): void =>
  put(`${name}.yaml`, `title: t\nformat: lines\nkinds: [${kinds}]\nthreat_level: ${level}\n${more}`);

const run = (from: string | undefined = feeds) => detect(test.store, { ...defaultOptions, feeds: from });
const found = () =>
  test.rows<{ detection: string; key: string; threat_level: string; confidence: number; feeds: string }>(
    `SELECT detection, key, threat_level, confidence, details->>'feeds' AS feeds FROM evidence WHERE module = 'intel' ORDER BY detection, key`,
  );

describe('feeds and a case', () => {
  it('joins several feeds on one indicator: the strongest level, all names', async () => {
    yaml('a', 'ip', 'low');
    put('a.data', '8.8.8.8\n8.8.8.8\n');
    yaml('b', 'cidr', 'high');
    put('b.data', '8.8.8.0/24\n');
    put('c.csv', '8.8.8.8,medium,from c\n9.9.9.8,critical,other\n');
    await run();
    expect(await found()).toEqual([
      { detection: 'threat-intel-ip', key: '8.8.8.8', threat_level: 'high', confidence: 1, feeds: 'a, b, c' },
    ]);
    expect(await test.rows('SELECT indicator, kind, feed, threat_level FROM indicators ORDER BY ALL')).toEqual([
      { indicator: '8.8.8.0/24', kind: 'cidr', feed: 'b', threat_level: 'high' },
      { indicator: '8.8.8.8', kind: 'ip', feed: 'a', threat_level: 'low' },
      { indicator: '8.8.8.8', kind: 'ip', feed: 'c', threat_level: 'medium' },
    ]);
  });

  it('is not fooled by a public suffix or a private address', async () => {
    yaml('a', 'domain, ip, cidr', 'high');
    put('a.data', 'co.uk\nexample.com\n192.168.1.9\n192.168.0.0/16\n');
    await run();
    expect((await found()).map((f) => f.key)).toEqual(['example.com']);
    yaml('a', 'ip, cidr', 'high', 'allow_private: true\n');
    put('a.data', '192.168.1.9\n');
    await run();
    expect((await found()).map((f) => f.key)).toEqual(['192.168.1.9']);
  });

  it('names the longest listed domain, and trusts a match below it less', async () => {
    yaml('a', 'domain', 'medium');
    put('a.data', 'example.com\nevil.example.com\n');
    await run();
    expect(await found()).toEqual([
      { detection: 'threat-intel-domain', key: 'evil.example.com', threat_level: 'medium', confidence: 1, feeds: 'a' },
    ]);
  });

  it('goes on without a feed that is none', async () => {
    put('html.txt', '<!doctype html><html></html>');
    put('rows.txt', 'nothing\n');
    put('good.txt', '9.9.9.9\n');
    put('torn.json', '{"objects": [');
    const { feedProblems, failed } = await run();
    expect(failed).toEqual([]);
    expect(feedProblems).toEqual([
      { feed: 'html', reason: 'a web page (HTML or XML), not a feed' },
      { feed: 'rows', reason: 'none of 1 rows is an indicator (no indicator)' },
      { feed: 'torn', reason: 'not JSON, or damaged' },
    ]);
    expect((await found()).map((f) => f.key)).toEqual(['9.9.9.9']);
  });

  it('says what it could not decide, and why', async () => {
    put('good.txt', '9.9.9.9\n');
    await run();
    const runs = await test.rows<{ detection: string; status: string; reason: string | null }>(
      "SELECT detection, status, reason FROM detection_runs WHERE detection IN ('threat-intel-ip', 'threat-intel-domain', 'tor-exit') ORDER BY 1",
    );
    const add = "indicators: add some with 'slipstream feeds add'";
    expect(runs).toEqual([
      { detection: 'threat-intel-domain', status: 'not_decided', reason: `no feeds with domain ${add}` },
      { detection: 'threat-intel-ip', status: 'ran', reason: 'compared with 1 ip indicator' },
      { detection: 'tor-exit', status: 'not_decided', reason: `no feeds with tor ${add}` },
    ]);
  });

  it('finds the same again from what the case kept', async () => {
    put('a.txt', '8.8.8.0/24\n9.9.9.9\nevil.example.com\n7.7.7.7\n');
    put('tor-list.txt', '6.6.6.6\n');
    await run();
    const state = async () => ({
      found: await found(),
      runs: await test.rows('SELECT * EXCLUDE (parameters) FROM detection_runs ORDER BY detection'),
      feeds: await test.rows('SELECT * FROM feeds ORDER BY feed'),
      indicators: await test.rows('SELECT * FROM indicators'),
      facts: await test.rows('SELECT * FROM provenance ORDER BY key'),
    });
    const first = await state();
    expect(first.found).toHaveLength(3);
    await run('case');
    expect(await state()).toEqual(first);
  });
});

/** The number of an IPv4 address as text. */
const dotted = (x: number): string => [24, 16, 8, 0].map((s) => (x >>> s) & 255).join('.');

it('networks are found as if every address were compared with every network', async () => {
  const { db } = test.store;
  await runPass(db, 'intel/sql/macros.sql');
  // A small space, so that networks overlap, touch and lie in one another.
  const address = fc.integer({ min: 0x08080000, max: 0x080801ff });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(address, fc.integer({ min: 20, max: 32 })), { minLength: 1, maxLength: 12 }),
      fc.array(address, { minLength: 1, maxLength: 20 }),
      async (networks, addresses) => {
        const nets = [...new Set(networks.map(([a, bits]) => `${dotted(a)}/${bits}`))];
        const ips = [...new Set(addresses.map(dotted))];
        await runPass(db, 'intel/sql/tables.sql');
        await db.run('DELETE FROM indicators');
        for (const net of nets) await db.run(`INSERT INTO indicators VALUES ('${net}', 'cidr', 'f', 'low', NULL)`);
        for (const ip of ips) await db.run(`INSERT INTO intel_addresses VALUES ('${ip}', ip_key('${ip}'), true, NULL)`);
        await runPass(db, 'intel/sql/ranges-of-case.sql');
        await runPass(db, 'intel/sql/ranges.sql');
        const got = await db.all<{ address: string; indicator: string }>(
          'SELECT address, indicator FROM intel_range_hits ORDER BY ALL',
        );
        const want = ips
          .flatMap((ip) => nets.map((net) => ({ address: ip, indicator: net })))
          .filter(({ address: ip, indicator }) => {
            const key = networkRange(ip)!.low;
            const range = networkRange(indicator)!;
            return range.low <= key && key <= range.high;
          })
          .map((h) => `${h.address} ${h.indicator}`)
          .sort();
        expect(got.map((h) => `${h.address} ${h.indicator}`).sort()).toEqual(want);
      },
    ),
    { numRuns: 25 },
  );
});
