import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutToFile } from '../../cli/packets/cut-to-file.js';
import { findCaptures } from '../../cli/packets/find-captures.js';
import { wantedPackets } from '../../cli/packets/wanted-packets.js';
import { tempDir } from '../../test/support/temp-dir.js';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { ingest } from '../ingest.js';
import { bytes, ethernet, frame, ipv4, pcap, type TimedFrame, tcp, u16, udp } from './testing/packets.js';

const folder = tempDir('pcap-reader');
const CLIENT: [string, number] = ['10.0.0.1', 40000];
const SERVER: [string, number] = ['10.0.0.2', 80];
const REQUEST = 'GET /index.html HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test/1.0\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n<!DOCTYPE html><html></html>';
const QUERY = bytes(u16(7), u16(0x0100), u16(1), u16(0), u16(0), u16(0), 1, 'a', 7, 'example', 0, u16(1), u16(1));

const T0 = 1_700_000_000_000_000;
const session = [
  tcp(CLIENT, SERVER, 'S', 100, 0),
  udp(['10.0.0.1', 5000], ['10.0.0.53', 53], QUERY),
  tcp(SERVER, CLIENT, 'SA', 500, 101),
  tcp(CLIENT, SERVER, 'A', 101, 501),
  tcp(CLIENT, SERVER, 'PA', 101, 501, REQUEST),
  tcp(SERVER, CLIENT, 'PA', 501, 101 + REQUEST.length, ANSWER),
  tcp(CLIENT, SERVER, 'FA', 101 + REQUEST.length, 501 + ANSWER.length),
  tcp(SERVER, CLIENT, 'FA', 501 + ANSWER.length, 102 + REQUEST.length),
  tcp(CLIENT, SERVER, 'A', 102 + REQUEST.length, 502 + ANSWER.length),
];
const frames: TimedFrame[] = session.map((data, k) => ({ ts: T0 + k * 1000, data: frame(data) }));
const capture = pcap(frames);

describe('a small capture', () => {
  let it0: TestCase;
  beforeAll(async () => {
    it0 = await testCase({ 'a.pcap': capture }, { label: 'malicious' });
  });
  afterAll(() => it0.close());

  it('becomes flows in order of first packets, with uids as the SQL macro makes them', async () => {
    const flows = await it0.rows(
      `SELECT flow_id::INTEGER AS id, "row"::INTEGER AS n, proto, service, conn_state, outcome, orientation, ended, orig_l2_addr,
         epoch_us(ts) = ${T0} + (n - 1) * 1000 AS at, uid = derived_uid(capture_id, "row") AS uid, local_orig
       FROM flows ORDER BY flow_id`,
    );
    const mac = { orig_l2_addr: '02:00:00:00:00:01', at: true, uid: true, local_orig: null, orientation: 'seen' };
    expect(flows).toEqual([
      { id: 0, n: 1, proto: 'tcp', service: 'http', conn_state: 'SF', outcome: 'established', ended: 'closed', ...mac },
      { id: 1, n: 2, proto: 'udp', service: 'dns', conn_state: 'S0', outcome: 'no_reply', ended: 'eof', ...mac },
    ]);
  });

  it('becomes records of the flows', async () => {
    const http = await it0.rows(
      `SELECT h."row"::INTEGER AS n, method, host, uri, status_code, resp_mime_types, f.flow_id::INTEGER AS flow
       FROM http h JOIN flows f USING (source_id, uid)`,
    );
    expect(http).toEqual([
      {
        n: 1,
        method: 'GET',
        host: 'a.example',
        uri: '/index.html',
        status_code: 200,
        resp_mime_types: ['text/html'],
        flow: 0,
      },
    ]);
    const dns = await it0.rows(
      'SELECT query, qtype_name, f.flow_id::INTEGER AS flow FROM dns JOIN flows f USING (source_id, uid)',
    );
    expect(dns).toEqual([{ query: 'a.example', qtype_name: 'A', flow: 1 }]);
  });

  it('keeps the places of packets, labels and facts', async () => {
    expect(
      await it0.rows(
        'SELECT flow_id::INTEGER AS id, len(offsets)::INTEGER AS n, offsets[1] AS a FROM packet_index ORDER BY id',
      ),
    ).toEqual([
      { id: 0, n: 8, a: '24' },
      { id: 1, n: 1, a: String(24 + 16 + frames[0]!.data.length) },
    ]);
    expect(await it0.store.db.number("SELECT count(*) FROM labels WHERE class = 'malicious'")).toBe(2);
    const facts = await it0.rows(
      "SELECT records::INTEGER AS records, rejected::INTEGER AS rejected, details->>'$.packets' AS packets, details->>'$.link_types' AS links FROM captures",
    );
    expect(facts).toEqual([{ records: 2, rejected: 0, packets: '9', links: '[1]' }]);
    expect(
      await it0.store.db.number("SELECT count(*) FROM source_fields WHERE field IN ('ja3', 'history', 'rtt')"),
    ).toBe(3);
  });

  it('gives its packets back', async () => {
    const path = join(folder, 'originals');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'renamed.pcap'), capture);
    const wanted = await wantedPackets(it0.store.db, undefined, '1');
    const out = join(folder, 'flow.pcap');
    expect(await cutToFile(wanted, findCaptures(wanted, path, 'x'), out)).toBe(1);
    expect(Buffer.from(readFileSync(out)).subarray(40).equals(Buffer.from(frames[1]!.data))).toBe(true);
    expect(() => findCaptures(wanted, folder.replace(/$/, '/none'), 'x')).toThrow('no such folder');
    writeFileSync(
      join(path, 'renamed.pcap'),
      capture.map((b, k) => (k === 100 ? b ^ 1 : b)),
    );
    expect(() => findCaptures(wanted, path, 'x')).toThrow('original capture is not in');
    await expect(wantedPackets(it0.store.db, undefined, '99')).rejects.toThrow('not in this case');
  });
});

it('gives equal rows for any threads, compressed or not', async () => {
  const many = Array.from(
    { length: 3000 },
    (_, k): TimedFrame => ({
      ts: T0 + k * 500,
      data: frame(udp([`10.0.${k % 7}.${k % 251}`, 1000 + (k % 911)], ['10.9.9.9', 53], QUERY)),
    }),
  );
  const file = pcap(many);
  const dump = async (name: string, data: Uint8Array, threads: number): Promise<string> => {
    const c = await testCase({ [name]: data }, { threads });
    const rows = await c.rows('SELECT * EXCLUDE (capture_id, source_id, uid) FROM flows ORDER BY flow_id');
    const dns = await c.rows('SELECT * EXCLUDE (capture_id, source_id, uid) FROM dns ORDER BY "row"');
    c.close();
    return JSON.stringify([rows, dns]);
  };
  const one = await dump('a.pcap', file, 1);
  expect(await dump('a.pcap', file, 2)).toBe(one);
  expect(await dump('a.pcap.gz', gzipSync(file), 2)).toBe(one);
});

describe('a series of files', () => {
  const cut = (from: number, to: number) => pcap(frames.slice(from, to));
  const columns =
    'flow_id, ts, duration, orig_h, orig_p, resp_h, resp_p, service, conn_state, history, orig_bytes, resp_bytes, orig_pkts, resp_pkts, ended';
  const flowsOf = (c: TestCase) => c.rows(`SELECT ${columns} FROM flows ORDER BY flow_id`);
  const numbers = (c: TestCase, sql: string) => c.rows<Record<string, number>>(sql);

  it('given together is one stream, whatever the names', async () => {
    const whole = await testCase({ 'a.pcap': capture });
    const parts = await testCase({ 'z.pcap': cut(0, 3), 'b.pcap': cut(3, 5), 'c.pcap': cut(5, 9) });
    expect(await flowsOf(parts)).toEqual(await flowsOf(whole));
    const captures = await numbers(
      parts,
      `SELECT path, records::INTEGER AS records, (details->>'$.packets')::INTEGER AS packets, epoch_us(first_ts)::DOUBLE AS ts,
         details->>'$.options.series' = first_value(capture_id) OVER (ORDER BY first_ts) AS series
       FROM captures ORDER BY first_ts`,
    );
    expect(captures).toEqual([
      { path: 'z.pcap', records: 2, packets: 3, ts: T0, series: true },
      { path: 'b.pcap', records: 0, packets: 2, ts: T0 + 3000, series: true },
      { path: 'c.pcap', records: 0, packets: 4, ts: T0 + 5000, series: true },
    ]);
    expect(await parts.store.db.number('SELECT count(DISTINCT source_id) FROM captures')).toBe(1);
    const uids = await numbers(parts, 'SELECT uid = derived_uid(capture_id, "row") AS same FROM flows');
    expect(uids).toEqual([{ same: true }, { same: true }]);
    const http = await numbers(
      parts,
      'SELECT status_code::INTEGER AS status FROM http JOIN flows USING (source_id, uid)',
    );
    expect(http).toEqual([{ status: 200 }]);
    const wanted = await wantedPackets(parts.store.db, undefined, '0');
    const out = join(folder, 'series.pcap');
    expect(wanted.map((w) => w.path)).toEqual(['z.pcap', 'b.pcap', 'c.pcap']);
    expect(await cutToFile(wanted, findCaptures(wanted, parts.folder, 'x'), out)).toBe(8);
    const packets = pcap(frames.filter((_, k) => k !== 1)).subarray(24);
    expect(readFileSync(out).subarray(24).equals(Buffer.from(packets))).toBe(true);
    whole.close();
    parts.close();
  });

  it('given one by one, or not going on, is not', async () => {
    const slow = frames.map(({ data }, k) => ({ ts: T0 + k * 1e6, data }));
    const moved = (from: number, to: number, by: number) =>
      pcap(slow.slice(from, to).map(({ ts, data }) => ({ ts: ts + by, data })));
    for (const files of [
      { 'a.pcap': moved(0, 6, 0), 'b.pcap': moved(4, 9, -2e6) },
      { 'a.pcap': moved(0, 4, 0), 'b.pcap': moved(4, 9, 7200e6) },
    ]) {
      const together = await testCase(files);
      const alone = await testCase(files, { streams: false });
      expect(await flowsOf(together)).toEqual(await flowsOf(alone));
      expect(
        await together.store.db.number("SELECT count(*) FROM captures WHERE details->>'$.options.series' IS NOT NULL"),
      ).toBe(0);
      together.close();
      alone.close();
    }
  });

  describe('that has grown', () => {
    const grow = async (before: Record<string, Uint8Array>, after: Record<string, Uint8Array>) => {
      const c = await testCase(before);
      for (const [name, data] of Object.entries(after)) writeFileSync(join(c.folder, name), data);
      const warnings: string[] = [];
      const paths = Object.keys(after).map((name) => join(c.folder, name));
      const results = await ingest(c.store, paths, { warn: (m) => warnings.push(m) });
      const flows = await flowsOf(c);
      const index = await c.store.db.number('SELECT sum(len(offsets))::INTEGER FROM packet_index');
      const captures = await c.store.db.number('SELECT count(*) FROM captures');
      c.close();
      return { results: results.map((r) => r.status), warnings, flows, index, captures };
    };
    let whole: unknown[];
    beforeAll(async () => {
      const c = await testCase({ 'a.pcap': capture });
      whole = await flowsOf(c);
      c.close();
    });
    const partOf = (from: number, to: number, more: number) =>
      cut(from, to + 1).subarray(0, cut(from, to).length + more);

    it.each([
      ['alone', { 'a.pcap': partOf(0, 4, 9) }, { 'a.pcap': capture }],
      [
        'in its last file',
        { 'a.pcap': cut(0, 3), 'b.pcap': partOf(3, 5, 20) },
        { 'a.pcap': cut(0, 3), 'b.pcap': cut(3, 9) },
      ],
      ['by a file', { 'a.pcap': partOf(0, 3, 1) }, { 'a.pcap': cut(0, 4), 'b.pcap': cut(4, 9) }],
      [
        'by a file and in the one before',
        { 'a.pcap': cut(0, 2), 'b.pcap': cut(2, 4) },
        { 'a.pcap': cut(0, 2), 'b.pcap': cut(2, 5), 'c.pcap': cut(5, 9) },
      ],
    ])('%s gives the flows of one read of all', async (_, before, after) => {
      const { results, warnings, flows, index, captures } = await grow(before, after);
      expect(flows).toEqual(whole);
      expect(index).toBe(9);
      expect(captures).toBe(results.length);
      expect(results.every((status) => status === 'read')).toBe(true);
      expect(warnings).toEqual([]);
    });

    it('says what counts twice when not all its files are given', async () => {
      const { warnings } = await grow({ 'a.pcap': cut(0, 3), 'b.pcap': cut(3, 5) }, { 'b.pcap': cut(3, 9) });
      expect(warnings.join()).toMatch(/^b\.pcap: was read together with other files; give all/);
    });
  });

  const later = (by: number) => pcap(frames.slice(3, 9).map(({ ts, data }) => ({ ts: ts + by, data })));
  it.each([
    [
      'that comes later',
      { 'a.pcap': cut(0, 3) },
      { 'b.pcap': cut(3, 9) },
      /^b.*: goes on with a.*: 1 flow goes through/,
    ],
    [
      'that came before',
      { 'b.pcap': cut(3, 9) },
      { 'a.pcap': cut(0, 3) },
      /^a.*: goes on with b.*: 1 flow goes through/,
    ],
    ['but not after an hour', { 'a.pcap': cut(0, 3) }, { 'b.pcap': later(3700e6) }, /^$/],
  ])('says how many flows go on in a file %s', async (_, first, second, warning) => {
    const c = await testCase(first);
    const [[name, data]] = Object.entries(second) as [[string, Uint8Array]];
    writeFileSync(join(c.folder, name), data);
    const warnings: string[] = [];
    await ingest(c.store, [join(c.folder, name)], { warn: (m) => warnings.push(m) });
    expect(warnings.join()).toMatch(warning);
    expect(await c.store.db.number('SELECT count(*) FROM flows')).toBe(3);
    c.close();
  });

  it('is one stream without the file that cannot be read', async () => {
    // A filter on Ethernet addresses cannot be compiled for raw IP: known at its first packet only.
    const raw = pcap(
      session.slice(4, 5).map((data) => ({ ts: T0 + 3500, data })),
      { linkType: 101 },
    );
    const files = { 'a.pcap': cut(0, 4), 'b.pcap': raw, 'c.pcap': cut(4, 9) };
    const whole = await testCase({ 'a.pcap': capture });
    const c = await testCase(files, { bpf: 'ether src 02:00:00:00:00:01' });
    expect(c.results.map((r) => r.status)).toEqual(['read', 'failed', 'read']);
    expect(c.results[1]!.message).toContain('--bpf');
    expect(await flowsOf(c)).toEqual(await flowsOf(whole));
    whole.close();
    c.close();
  });

  it('is read in spite of a file that is no capture', async () => {
    const c = await testCase({ 'a.pcap': cut(0, 4), 'b.pcap': pcap(frames, { linkType: 147 }), 'c.pcap': cut(4, 9) });
    expect(c.results.map((r) => r.status)).toEqual(['read', 'failed', 'read']);
    expect(await c.store.db.number('SELECT count(*) FROM flows')).toBe(2);
    c.close();
  });
});

it('hashes files when asked to', async () => {
  const body = Buffer.from('<!DOCTYPE html><html></html>');
  for (const hashFiles of [true, false]) {
    const c = await testCase({ 'a.pcap': capture }, hashFiles ? { hashFiles } : {});
    const digest = (name: string) => (hashFiles ? createHash(name).update(body).digest('hex') : null);
    expect(await c.rows('SELECT md5, sha1, sha256 FROM files')).toEqual([
      { md5: digest('md5'), sha1: digest('sha1'), sha256: digest('sha256') },
    ]);
    const kept = await c.rows("SELECT details->>'$.options.hashFiles' AS kept FROM captures");
    expect(kept).toEqual([{ kept: hashFiles ? 'true' : null }]);
    c.close();
  }
});

it('leaves out packets with wrong checksums when asked to', async () => {
  const bad = capture.slice();
  bad[bad.length - 1]! ^= 1;
  for (const checksums of [true, false]) {
    const c = await testCase({ 'a.pcap': bad }, checksums ? { checksums } : {});
    const [flow] = await c.rows('SELECT orig_pkts::INTEGER AS n FROM flows WHERE flow_id = 0');
    expect(flow).toEqual({ n: checksums ? 4 : 5 });
    expect(await c.rows("SELECT details->>'$.flow.bad_checksums' AS n FROM captures")).toEqual([{ n: '1' }]);
    c.close();
  }
});

it('is not fooled by a name, and says what the file is', async () => {
  const log =
    '#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n1.0\tC1\t10.0.0.1\t1\t10.0.0.2\t2\tudp\n';
  await expect(testCase({ 'a.pcap': log })).rejects.toThrow(/not a packet capture but .*--kind zeek/);
  const asked = await testCase({ 'a.pcap': log }, { kind: 'zeek' });
  expect(asked.results[0]).toMatchObject({ status: 'read', records: 1 });
  asked.close();
});

it('reads a zstd file whose first block is larger than what is looked at', async () => {
  const large = pcap(
    Array.from({ length: 120 }, (_, k) => ({
      ts: T0 + k,
      data: frame(udp(CLIENT, SERVER, new Uint8Array(1000).fill(k))),
    })),
  );
  const block = large.subarray(0, 120_000);
  const header = [(block.length << 3) | 1, block.length >> 5, block.length >> 13].map((b) => b & 255);
  // Magic, one segment with a content size of 4 bytes, one raw block that is the last.
  const frameHeader = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...[0, 8, 16, 24].map((s) => (block.length >> s) & 255)];
  const c = await testCase({ 'a.pcap.zst': bytes(Uint8Array.from([...frameHeader, ...header]), block) });
  expect(c.results[0]).toMatchObject({ status: 'read', records: 1 });
  c.close();
});

it('says why none of the packets has a flow', async () => {
  const arp = ethernet(0x0806, bytes(u16(1), u16(0x0800), 6, 4, u16(1), new Uint8Array(20)));
  const c = await testCase({ 'a.pcap': pcap([arp, arp.subarray(0, 5)].map((data, k) => ({ ts: T0 + k, data }))) });
  expect(c.warnings).toEqual(['a.pcap: no flow in 2 packets: 1 without IP, 1 of ARP']);
  c.close();
  const piece = frame(ipv4('10.0.0.1', '10.0.0.2', 17, new Uint8Array(8), { id: 7, more: true }));
  piece[24]! ^= 1;
  for (const [checksums, reason] of [
    [false, '1 of fragments without the rest'],
    [true, '1 with a wrong IP checksum'],
  ] as const) {
    const wrong = await testCase({ 'a.pcap': pcap([{ ts: T0, data: piece }]) }, { checksums });
    expect(wrong.warnings).toEqual([`a.pcap: no flow in 1 packet: ${reason}`]);
    wrong.close();
  }
});

it('says that time steps back', async () => {
  const data = frame(udp(CLIENT, SERVER, 'x'));
  const c = await testCase({ 'a.pcap': pcap([0, 7200, 0].map((s) => ({ ts: T0 + s * 1e6, data }))) });
  expect(c.warnings.join()).toMatch(/^a.pcap: offset \d+: time steps back by more than a minute \(by 7200 seconds\)$/);
  c.close();
});

it('reads a filter and a timeout', async () => {
  const filtered = await testCase({ 'a.pcap': capture }, { bpf: 'udp' });
  expect(await filtered.rows('SELECT proto FROM flows')).toEqual([{ proto: 'udp' }]);
  filtered.close();
  const wrong = testCase({ 'a.pcap': capture }, { bpf: 'no such thing' });
  await expect(wrong).rejects.toMatchObject({
    exitCode: 2,
    message: "--bpf: can't parse filter expression: syntax error",
  });
  const gap = pcap([0, 400].map((s) => ({ ts: T0 + s * 1e6, data: frame(tcp(CLIENT, SERVER, 'PA', 100, 1, 'x')) })));
  for (const [tcpInactivity, flows] of [
    [300, 2],
    [3600, 1],
  ] as const) {
    const c = await testCase({ 'a.pcap': gap }, { tcpInactivity });
    expect(await c.store.db.number('SELECT count(*) FROM flows')).toBe(flows);
    c.close();
  }
});

it('says what is wrong inside a capture', async () => {
  const c = await testCase({ 'a.pcap': capture.subarray(0, capture.length - 5) });
  expect(c.warnings.join()).toContain('the file ends inside a record');
  const rejects = await c.rows("SELECT reason FROM rejects WHERE place LIKE 'offset %'");
  expect(rejects).toHaveLength(1);
  c.close();
});

it.each([
  ['a header that is cut', capture.subarray(0, 13), 'header is cut'],
  ['an unknown link type', pcap(frames, { linkType: 147 }), 'link type 147 not supported'],
  ['something else', bytes('not a capture at all\n'.repeat(10)), 'not a capture of a known kind'],
])('refuses %s', async (_, data, message) => {
  await expect(testCase({ 'a.pcap': data })).rejects.toThrow(message);
});
