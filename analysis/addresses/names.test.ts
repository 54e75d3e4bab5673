import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';

const lines = (rows: readonly object[]): string => `${rows.map((r) => JSON.stringify(r)).join('\n')}\n`;
const ends = { 'id.orig_h': '192.168.1.5', 'id.orig_p': 40000, 'id.resp_p': 80 };
const dns = (query: string, qtype_name: string, answers: string[]) => ({
  '@path': 'dns',
  ts: 1700000000,
  uid: `D${query}${qtype_name}`,
  ...ends,
  'id.resp_h': '192.168.1.1',
  proto: 'udp',
  query,
  qtype_name,
  answers,
});
const named = (path: string, column: string) => (name: string, resp_h: string) => ({
  '@path': path,
  ts: 1700000001,
  uid: `${path}${name}`,
  ...ends,
  'id.resp_h': resp_h,
  [column]: name,
});
const http = named('http', 'host');
const ssl = named('ssl', 'server_name');

let kase: TestCase;
beforeAll(async () => {
  kase = await testCase({
    'dns.log': lines([
      dns('www.example.com', 'A', ['alias.example.com', '198.51.100.1']),
      dns('4.3.2.1.in-addr.arpa', 'PTR', ['dns.example.com']),
      dns('4.100.51.198.in-addr.arpa', '*', ['198.51.100.4']),
      dns('5.100.51.198.in-addr.arpa', 'A', ['198.51.100.5']),
      dns('nas.home.arpa', 'A', ['192.168.1.7']),
    ]),
    'http.log': lines([
      http('198.51.100.2:8080', '198.51.100.2'),
      http('[2001:db8::2]:8080', '2001:db8::2'),
      http('www.example.com:8080', '198.51.100.2'),
    ]),
    'ssl.log': lines([ssl('198.51.100.3', '198.51.100.3'), ssl('TLS.example.com', '198.51.100.3')]),
  });
  await detect(kase.store, defaultOptions, undefined, []);
});
afterAll(() => kase.close());

it('keeps names, not addresses in their place and not the names of reverse look-ups', async () => {
  expect(await kase.rows('SELECT address, name, origin FROM names ORDER BY address, name')).toEqual([
    { address: '192.168.1.7', name: 'nas.home.arpa', origin: 'dns' },
    { address: '198.51.100.1', name: 'www.example.com', origin: 'dns' },
    { address: '198.51.100.2', name: 'www.example.com', origin: 'http' },
    { address: '198.51.100.3', name: 'tls.example.com', origin: 'sni' },
  ]);
});
