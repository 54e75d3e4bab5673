import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaseStore } from '../case/case-store.js';
import type { Row } from '../case/database.js';
import { ingest } from '../ingest.js';

type Event = Record<string, unknown>;

let dir: string;
let store: CaseStore;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'eve-'));
  store = await CaseStore.open(join(dir, 'case.duckdb'), { mode: 'create', threads: 2 });
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const sql = (text: string): Promise<Row[]> => store.db.all(text);
const at = (seconds: number): string => `2024-05-01T10:00:0${seconds.toFixed(6)}+0000`;
const ends = { src_ip: '10.0.0.5', src_port: 40000, dest_ip: '192.0.2.1', dest_port: 53 };
const turned = { src_ip: '192.0.2.1', src_port: 53, dest_ip: '10.0.0.5', dest_port: 40000 };
const event = (type: string, content: Event, more: Event = {}): Event => ({
  ...{ timestamp: at(0), flow_id: 1, event_type: type, ...ends, proto: 'TCP' },
  ...{ [type]: content, ...more },
});

async function load(lines: readonly Event[]): Promise<void> {
  writeFileSync(join(dir, 'eve.json'), `${lines.map((l) => JSON.stringify(l)).join('\n')}\n`);
  await ingest(store, [join(dir, 'eve.json')]);
}

describe('dns', () => {
  const UDP = { proto: 'UDP' };
  const result = 'query, qtype_name, rcode_name, rtt, answers, ttls, orig_h, resp_p, "row"';

  it('format 1: one event per answer record, from the server', async () => {
    const rr = { type: 'answer', id: 9, rcode: 'NOERROR', tx_id: 0 };
    await load([
      event('dns', { type: 'query', id: 9, rrname: 'a.example', rrtype: 'A' }, UDP),
      event(
        'dns',
        { ...rr, rrname: 'a.example', rrtype: 'CNAME', ttl: 5, rdata: 'b.example' },
        { ...UDP, ...turned, timestamp: at(0.5) },
      ),
      event(
        'dns',
        { ...rr, rrname: 'b.example', rrtype: 'A', ttl: 6, rdata: '192.0.2.9' },
        { ...UDP, ...turned, timestamp: at(0.5) },
      ),
    ]);
    expect(await sql(`SELECT ${result} FROM dns`)).toEqual([
      {
        ...{
          query: 'a.example',
          qtype_name: 'A',
          rcode_name: 'NOERROR',
          rtt: 0.5,
          answers: ['b.example', '192.0.2.9'],
        },
        ...{ ttls: [5, 6], orig_h: '10.0.0.5', resp_p: 53, row: '1' },
      },
    ]);
  });

  it('format 2: pairs by name and type, detailed or grouped', async () => {
    const q = (rrtype: string, s: number): Event =>
      event('dns', { type: 'query', id: 9, rrname: 'a.example', rrtype }, { ...UDP, timestamp: at(s) });
    const a = (rrtype: string, s: number, more: Event): Event =>
      event(
        'dns',
        { version: 2, type: 'answer', id: 9, rrname: 'a.example', rrtype, rcode: 'NOERROR', rd: true, ...more },
        { ...UDP, timestamp: at(s) },
      );
    await load([
      q('A', 0),
      q('AAAA', 0),
      a('AAAA', 1, { grouped: { AAAA: ['2001:db8::1'] } }),
      a('A', 2, {
        answers: [{ rrname: 'a.example', rrtype: 'A', ttl: 3, rdata: '192.0.2.9' }],
        grouped: { A: ['192.0.2.9'] },
      }),
      a('A', 3, { rcode: 'REFUSED' }),
    ]);
    expect(await sql('SELECT qtype_name, rtt, answers, ttls, RD, RA, rejected, "row" FROM dns ORDER BY "row"')).toEqual(
      [
        { qtype_name: 'A', rtt: 2, answers: ['192.0.2.9'], ttls: [3], RD: true, RA: false, rejected: false, row: '1' },
        {
          qtype_name: 'AAAA',
          rtt: 1,
          answers: ['2001:db8::1'],
          ttls: null,
          RD: true,
          RA: false,
          rejected: false,
          row: '2',
        },
        { qtype_name: 'A', rtt: null, answers: null, ttls: null, RD: true, RA: false, rejected: true, row: '3' },
      ],
    );
  });

  it('format 3: requests and responses with lists of queries', async () => {
    const queries = [{ rrname: 'a.example', rrtype: 'SRV' }];
    await load([
      event('dns', { version: 3, type: 'request', id: 1, queries }, UDP),
      event(
        'dns',
        {
          version: 3,
          type: 'response',
          id: 1,
          rcode: 'NOERROR',
          queries,
          answers: [{ rrtype: 'SRV', ttl: 1, srv: { name: 's.example', port: 1 } }],
        },
        { ...UDP, timestamp: at(1) },
      ),
    ]);
    expect(await sql(`SELECT ${result} FROM dns`)).toMatchObject([
      { query: 'a.example', qtype_name: 'SRV', rtt: 1, answers: ['s.example'], ttls: [1] },
    ]);
  });
});

it('http', async () => {
  await load([
    event(
      'http',
      {
        hostname: 'h',
        url: '/u',
        http_method: 'GET',
        protocol: 'HTTP/1.1',
        status: 200,
        length: 9,
        http_user_agent: 'ua',
        http_refer: 'r',
        http_content_type: 'text/html',
        xff: '1.2.3.4',
      },
      { tx_id: 1 },
    ),
  ]);
  expect(await sql('SELECT * FROM http')).toMatchObject([
    {
      ...{
        uid: '1',
        trans_depth: 2,
        method: 'GET',
        host: 'h',
        uri: '/u',
        referrer: 'r',
        version: '1.1',
        user_agent: 'ua',
      },
      ...{
        response_body_len: '9',
        status_code: 200,
        resp_mime_types: ['text/html'],
        extra: '{"http":{"xff":"1.2.3.4"}}',
      },
    },
  ]);
});

it('tls and quic', async () => {
  await load([
    event('tls', {
      ...{ subject: 'CN=a', issuerdn: 'CN=b', fingerprint: '2D:d1:9f', sni: 's', version: 'TLS 1.2', ja4: 't13d' },
      ...{
        notbefore: '2020-03-19T09:44:08',
        notafter: 'never',
        session_resumed: true,
        ja3: { hash: 'x' },
        ja3s: { hash: 'y' },
      },
    }),
    event('quic', { version: '1', sni: 'q', ja3: { hash: 'z' } }, { flow_id: 2, proto: 'UDP' }),
  ]);
  expect(await sql('SELECT * FROM ssl ORDER BY "row"')).toMatchObject([
    {
      ...{ version: 'TLSv12', server_name: 's', resumed: true, subject: 'CN=a', issuer: 'CN=b', cert_sha1: '2dd19f' },
      ...{ not_before: '2020-03-19 09:44:08', not_after: null, ja3: 'x', ja3s: 'y', ja4: 't13d', row: '1' },
    },
    { version: 'TLSv13', server_name: 'q', ja3: 'z', row: '2' },
  ]);
  expect(await sql('SELECT uid, proto, service FROM flows ORDER BY uid')).toEqual([
    { uid: '1', proto: 'tcp', service: 'ssl' },
    { uid: '2', proto: 'udp', service: 'quic,ssl' },
  ]);
});

it('ssh, smtp, ftp', async () => {
  const side = (name: string): Event => ({
    proto_version: '2.0',
    software_version: name,
    hassh: { hash: `h-${name}`, string: 's' },
  });
  await load([
    event('ssh', { client: side('c'), server: side('s') }),
    event(
      'smtp',
      { helo: 'me', mail_from: '<a@b>', rcpt_to: ['<c@d>'] },
      { tx_id: 0, email: { status: 'PARSE_DONE', from: 'a', to: ['c'], subject: 'hi' } },
    ),
    event('ftp', {
      command: 'USER',
      command_data: 'bob',
      completion_code: ['331'],
      reply: ['need password'],
      mode: 'passive',
    }),
  ]);
  expect(await sql('SELECT * FROM ssh')).toMatchObject([
    { version: 2, client: 'SSH-2.0-c', server: 'SSH-2.0-s', hassh: 'h-c', hassh_server: 'h-s' },
  ]);
  expect(await sql('SELECT * FROM smtp')).toMatchObject([
    {
      helo: 'me',
      mailfrom: '<a@b>',
      rcptto: ['<c@d>'],
      from: 'a',
      to: ['c'],
      subject: 'hi',
      extra: '{"email":{"status":"PARSE_DONE"}}',
    },
  ]);
  expect(await sql('SELECT * FROM ftp')).toMatchObject([
    {
      user: 'bob',
      command: 'USER',
      arg: 'bob',
      reply_code: 331,
      reply_msg: 'need password',
      data_channel_passive: true,
    },
  ]);
});

it('fileinfo: sender and receiver by the flow', async () => {
  await load([
    event('http', { hostname: 'h' }),
    event(
      'fileinfo',
      { filename: '/f', size: 68, md5: 'AB', state: 'CLOSED', tx_id: 0 },
      { ...turned, app_proto: 'http', http: { http_content_type: 'text/plain' } },
    ),
  ]);
  expect(await sql('SELECT * FROM files')).toMatchObject([
    {
      ...{ orig_h: '10.0.0.5', is_orig: false, tx_hosts: ['192.0.2.1'], rx_hosts: ['10.0.0.5'], source: 'HTTP' },
      ...{ filename: '/f', mime_type: 'text/plain', seen_bytes: '68', md5: 'ab' },
    },
  ]);
});

it('dhcp messages of one transaction make one row', async () => {
  const message = (dhcp_type: string, s: number, more: Event, from: Event): Event =>
    event(
      'dhcp',
      { type: 'request', id: 7, client_mac: 'AA:BB:CC:00:11:22', dhcp_type, ...more },
      { ...from, proto: 'UDP', timestamp: at(s), flow_id: undefined },
    );
  await load([
    message(
      'request',
      0,
      { requested_ip: '10.0.0.9', hostname: 'pc' },
      { src_ip: '0.0.0.0', src_port: 68, dest_ip: '255.255.255.255', dest_port: 67 },
    ),
    message(
      'ack',
      1,
      { type: 'reply', assigned_ip: '10.0.0.9', client_ip: '0.0.0.0', lease_time: 60 },
      { src_ip: '10.0.0.1', src_port: 67, dest_ip: '10.0.0.9', dest_port: 68 },
    ),
  ]);
  expect(await sql('SELECT * FROM dhcp')).toMatchObject([
    {
      ...{ client_addr: '10.0.0.9', server_addr: '10.0.0.1', mac: 'aa:bb:cc:00:11:22', host_name: 'pc', duration: 1 },
      ...{ requested_addr: '10.0.0.9', assigned_addr: '10.0.0.9', lease_time: 60, msg_types: ['REQUEST', 'ACK'] },
    },
  ]);
});

it('other events whole, whatever their keys', async () => {
  await load([
    event('smb', { command: 'SMB2_CREATE', deep: [{ a: 1 }] }),
    { timestamp: at(0), event_type: 'stats', stats: { uptime: 1 } },
  ]);
  const rows = await sql('SELECT log, uid, record FROM other ORDER BY "row"');
  expect(rows.map((r) => [r.log, r.uid])).toEqual([
    ['smb', '1'],
    ['stats', null],
  ]);
  expect(JSON.parse(rows[0]!.record as string)).toEqual(event('smb', { command: 'SMB2_CREATE', deep: [{ a: 1 }] }));
});

it('says which fields the source gives', async () => {
  await load([event('tls', { sni: 's', ja3: { hash: 'x' } }), event('alert', { signature: 'a' }, { flow_id: 2 })]);
  const fields = (await sql("SELECT tbl || '.' || field AS f FROM source_fields ORDER BY f")).map((r) => r.f);
  expect(fields).toEqual(
    expect.arrayContaining(['ssl.ja3', 'ssl.server_name', 'suricata_alert.signature', 'flows.orig_h']),
  );
  for (const absent of ['ssl.ja4', 'flows.history', 'flows.orig_bytes', 'dns.query'])
    expect(fields).not.toContain(absent);
});
