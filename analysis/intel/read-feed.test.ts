import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import { runPass } from '../passes.js';
import { type FeedDefinition, feedSchema, INTEL_KINDS } from './definition.js';
import { readFeed } from './read-feed.js';

const folder = mkdtempSync(join(tmpdir(), 'slipstream-feed-'));
let store: CaseStore;

beforeAll(async () => {
  store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '512MB' });
  await runPass(store.db, 'intel/sql/macros.sql');
});

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const feed = (given: Record<string, unknown>): FeedDefinition =>
  feedSchema.parse({
    title: 't',
    format: 'lines',
    kinds: [...INTEL_KINDS].filter((k) => k !== 'tor'),
    threat_level: 'medium',
    ...given,
  });

type Parsed = { kind: string; indicator: string; level: string; description: string | null };

async function read(text: string | Uint8Array, definition: FeedDefinition) {
  const path = join(folder, 'feed');
  writeFileSync(path, text);
  const { sha256: _, ...told } = await readFeed(store.db, store.tempDir, path, definition);
  const rows = await store.db.all<Parsed>(
    'SELECT kind, indicator, level, description FROM intel_parsed WHERE reason IS NULL ORDER BY ALL',
  );
  return { ...told, rows, indicators: rows.map((r) => `${r.kind} ${r.indicator}`) };
}

const shas = ['d'.repeat(32), 'e'.repeat(40), 'f'.repeat(64)] as const;

describe('lines', () => {
  it('takes the first line, all shapes, comments and line ends of every kind', async () => {
    const got = await read(
      `203.0.113.1\r\n# comment\r\n\r\n; another\n// and another\n203.0.113.0/24 ; SBL1\nEvil.Example.\n*.low.example\nhxxp://bad[.]example/A?b#c\nAS64496\n2001:DB8::0001\n` +
        `203.0.113.5 - 203.0.113.9\n${shas[2].toUpperCase()}\nt13d1516h2_8daaf6152771_e5627efa2ab1\nlast.example`,
      feed({}),
    );
    expect(got.invalid).toEqual({});
    expect(got.indicators).toEqual([
      'asn AS64496',
      `certificate ${shas[2]}`,
      'cidr 203.0.113.0/24',
      'cidr 203.0.113.5-203.0.113.9',
      'domain evil.example',
      'domain last.example',
      'domain low.example',
      `file ${shas[2]}`,
      'ip 2001:db8::1',
      'ip 203.0.113.1',
      'ja4 t13d1516h2_8daaf6152771_e5627efa2ab1',
      'url bad.example/A?b',
    ]);
    expect(got.rows.find((r) => r.kind === 'cidr')?.description).toBe('SBL1');
  });

  it('takes ranges of addresses, and says why a row is none', async () => {
    const got = await read(
      [
        '8.8.8.5-8.8.8.9',
        '10.0.0.1',
        '192.168.0.0/16',
        '8.0.0.0/7',
        '8.8.8.8/33',
        '1.2.3.999',
        '0.0.0.0',
        'what is this',
        'localhost',
        '1.0.0.0-200.0.0.1',
      ].join('\n'),
      feed({ kinds: ['ip', 'cidr'] }),
    );
    expect(got.indicators).toEqual(['cidr 8.8.8.5-8.8.8.9']);
    expect(got.invalid).toEqual({
      'network too wide': 2,
      'no indicator': 3,
      'no network': 1,
      'not a public address': 3,
    });
  });

  it('takes the own network where the definition says so, and a field of hosts files', async () => {
    expect((await read('10.0.0.1\n', feed({ allow_private: true }))).indicators).toEqual(['ip 10.0.0.1']);
    expect((await read('0.0.0.0 ads.example # x\n127.0.0.1\tb.example\n', feed({ field: 2 }))).indicators).toEqual([
      'domain ads.example',
      'domain b.example',
    ]);
  });

  it('keeps what is no text out and counts it', async () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeff203.0.113.1\n'),
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from('a\x00b.example\n'),
      Buffer.from(`${'x'.repeat(70_000)}\n`),
      Buffer.from("'); DROP TABLE flows; --.example\nok.example\n"),
    ]);
    const got = await read(bytes, feed({}));
    expect(got.indicators).toEqual(['domain ok.example', 'ip 203.0.113.1']);
    expect(got.invalid).toEqual({ 'NUL byte': 1, 'line longer than 65536 characters': 1, 'no indicator': 2 });
  });
});

describe('csv', () => {
  it('reads columns by name from the first line', async () => {
    const got = await read(
      'id,ioc,level,why\n1,"evil.example",High,"a ""b"", c"\n2 , 203.0.113.1 ,strange,\n',
      feed({
        format: 'csv',
        header: 'first',
        columns: { indicator: 'ioc', threat_level: 'level', description: 'WHY' },
      }),
    );
    expect(got.rows).toEqual([
      { kind: 'domain', indicator: 'evil.example', level: 'high', description: 'a "b", c' },
      { kind: 'ip', indicator: '203.0.113.1', level: 'medium', description: null },
    ]);
  });

  it('reads columns by name from a comment, and loses no first line', async () => {
    const got = await read(
      `# List\n# Listingdate,SHA1,Listingreason\n2026-01-01 00:00:00,${shas[1]},Dridex C&C\n`,
      feed({
        format: 'csv',
        header: 'comment',
        columns: { indicator: 'SHA1', description: 'Listingreason' },
        kinds: ['certificate'],
      }),
    );
    expect(got.rows).toEqual([{ kind: 'certificate', indicator: shas[1], level: 'medium', description: 'Dridex C&C' }]);
  });

  it('reads columns by number, other separators, and the words of the feed', async () => {
    const got = await read(
      `ip-dst|203.0.113.1|1\n|203.0.113.2|2\nmd5|${shas[0]}|1\nport|203.0.113.3|1\n`,
      feed({
        format: 'csv',
        separator: '|',
        columns: { indicator: 2, kind: 1, threat_level: 3 },
        kind_words: { 'ip-dst': 'ip', md5: 'file' },
        level_words: { '1': 'critical', '2': 'low' },
      }),
    );
    expect(got.rows.map((r) => `${r.kind} ${r.indicator} ${r.level}`)).toEqual([
      `file ${shas[0]} critical`,
      'ip 203.0.113.1 critical',
      'ip 203.0.113.2 low',
    ]);
    expect(got.invalid).toEqual({ 'not a kind of this feed: port': 1 });
  });

  it('refuses a header without the column', async () => {
    const definition = feed({ format: 'csv', header: 'first', columns: { indicator: 'ioc' } });
    await expect(read('a,b\n1,2\n', definition)).rejects.toThrow('no column ioc (it has a, b)');
  });
});

describe('zeek', () => {
  it('reads types, descriptions and unset fields', async () => {
    const got = await read(
      '#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n203.0.113.1\tIntel::ADDR\tsrc\t-\n8.8.0.0/16\tIntel::SUBNET\tsrc\tnet\n' +
        `evil.example\tIntel::DOMAIN\tsrc\tx\nevil.example/a.exe\tIntel::URL\tsrc\t-\n${shas[1]}\tIntel::CERT_HASH\t-\t-\n${shas[0]}\tIntel::FILE_HASH\ts\t-\na@b.example\tIntel::EMAIL\ts\t-\n`,
      feed({ format: 'zeek' }),
    );
    expect(got.indicators).toEqual([
      `certificate ${shas[1]}`,
      'cidr 8.8.0.0/16',
      'domain evil.example',
      `file ${shas[0]}`,
      'ip 203.0.113.1',
      'url evil.example/a.exe',
    ]);
    expect(got.rows.map((r) => r.description)).toEqual([null, 'net', 'x', 's', 'src', 'src']);
    expect(got.invalid).toEqual({ 'no indicator': 1 });
  });
});

describe('json', () => {
  const indicator = (pattern: string, more = {}) => ({
    type: 'indicator',
    pattern,
    pattern_type: 'stix',
    name: 'n',
    ...more,
  });

  it('reads STIX', async () => {
    const got = await read(
      JSON.stringify(
        {
          type: 'bundle',
          objects: [
            { type: 'malware', name: 'x' },
            indicator("[ipv4-addr:value = '203.0.113.1' OR domain-name:value = 'evil.example']"),
            indicator(`[file:hashes.'SHA-256' = '${shas[2]}']`),
            indicator("[url:value = 'http://evil.example/a?b=c']"),
            indicator('[autonomous-system:number = 64496]'),
            indicator("[domain-name:value = 'a.example' AND ipv4-addr:value = '203.0.113.2']"),
            indicator("[domain-name:value = 'old.example']", { revoked: true }),
            indicator('alert tcp any any', { pattern_type: 'snort' }),
          ],
        },
        null,
        1,
      ),
      feed({ format: 'json' }),
    );
    expect(got.indicators).toEqual([
      'asn AS64496',
      'domain evil.example',
      `file ${shas[2]}`,
      'ip 203.0.113.1',
      'url evil.example/a?b=c',
    ]);
    expect(got.invalid).toEqual({ 'pattern of type snort': 1, 'pattern with more than one condition': 1, revoked: 1 });
  });

  it('reads MISP', async () => {
    const attribute = (type: string, value: string, more = {}) => ({ type, value, to_ids: true, ...more });
    const got = await read(
      JSON.stringify({
        Event: {
          info: 'campaign',
          threat_level_id: '1',
          Attribute: [
            attribute('ip-dst|port', '203.0.113.1|443'),
            attribute('domain|ip', 'evil.example|203.0.113.2', { comment: 'why' }),
            attribute('ip-dst', '203.0.113.3', { to_ids: false }),
            attribute('AS', '64496'),
          ],
          Object: [
            { Attribute: [attribute('filename|md5', `a.exe|${shas[0]}`), attribute('ja3-fingerprint-md5', shas[0])] },
          ],
        },
      }),
      feed({ format: 'json' }),
    );
    expect(got.rows.map((r) => `${r.kind} ${r.indicator} ${r.level} ${r.description}`)).toEqual([
      'asn AS64496 high campaign',
      'domain evil.example high why',
      `file ${shas[0]} high campaign`,
      'ip 203.0.113.1 high campaign',
      'ip 203.0.113.2 high why',
      `ja3 ${shas[0]} high campaign`,
    ]);
    expect(got.invalid).toEqual({ 'not meant for detection (to_ids)': 1 });
  });

  it('reads records, in a list or a line each', async () => {
    const definition = feed({ format: 'json', columns: { indicator: '$.ip.v4', description: 'tag' } });
    const records = [{ ip: { v4: '203.0.113.1' }, tag: 't' }, { ip: { v4: '203.0.113.2' } }, { other: 1 }];
    for (const text of [JSON.stringify(records), records.map((r) => JSON.stringify(r)).join('\n')]) {
      const got = await read(text, definition);
      expect(got.indicators).toEqual(['ip 203.0.113.1', 'ip 203.0.113.2']);
      expect(got.invalid).toEqual({ 'no indicator': 1 });
    }
  });

  it('refuses what is no JSON', async () => {
    await expect(read('{"objects": [', feed({ format: 'json' }))).rejects.toThrow('not JSON, or damaged');
  });
});

describe('a file that is no feed', () => {
  it.each([
    ['<!DOCTYPE html><html></html>', 'a web page'],
    ['', 'empty'],
    [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]), 'compressed'],
    [Buffer.from([1, 2, 3, 4, 5, 6]), 'not a text file'],
  ])('%j', async (bytes, reason) => {
    await expect(read(bytes, feed({}))).rejects.toThrow(reason);
  });
});

describe('a file without a definition', () => {
  it('speaks for itself', async () => {
    const got = await read(
      '# ioc, level, description\n"1", "203.0.113.1","80","Simda"\n"2", "evil.example", "high", "Zusy"\n3,http://a.example/x,low,-\n',
      feed({ format: 'auto', kinds: ['ip', 'cidr', 'domain'] }),
    );
    expect(got.rows).toEqual([
      { kind: 'domain', indicator: 'evil.example', level: 'high', description: 'Zusy' },
      { kind: 'ip', indicator: '203.0.113.1', level: 'medium', description: 'Simda' },
    ]);
    expect(got.invalid).toEqual({ 'not a kind of this feed: url': 1 });
  });
});
