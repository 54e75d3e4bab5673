import { describe, expect, it } from 'vitest';
import { cat, dhcp, dnsMessage, record, u8, u24 } from '../../../test/acceptance/dissect/build.js';
import { garbageCollector } from '../../case/garbage-collector.js';
import type { DissectTable } from './dissector.js';
import { FlowFeed } from './feed.js';
import { loadDissectors } from './registry.js';
import { DissectSession } from './session.js';

const collect = garbageCollector();
const factories = await loadDissectors();
const FLOW = { uid: 'C', orig_h: '10.0.0.1', orig_p: 1, resp_h: '10.0.0.2', resp_p: 53, proto: 'tcp' as const };

/** Megabytes that stay in use after `count` payloads. */
function growth(
  proto: 'tcp' | 'udp',
  port: number,
  head: string,
  count: number,
  payload: (i: number) => Uint8Array,
): number {
  let rows = 0;
  const session = new DissectSession({ emit: (_table: DissectTable) => void rows++ }, factories);
  const feed = new FlowFeed({ ...FLOW, proto, resp_p: port }, session);
  if (head !== '') feed.data(true, 0, Buffer.from(head, 'latin1'), 0, head.length);
  const before = used();
  for (let i = 0; i < count; i++) {
    const bytes = payload(i);
    if (feed.active) feed.data(true, i * 1000, bytes, 0, bytes.length);
  }
  const after = used();
  feed.end(count);
  session.finish(count);
  return (after - before) / 1e6;
}

function used(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const CASES: [string, 'tcp' | 'udp', number, string, (i: number) => Uint8Array][] = [
  ['queries without an answer', 'udp', 53, '', (i) => dnsMessage(i & 0xffff, 0x100, `n${i}.test`, 1)],
  [
    'requests without an answer',
    'tcp',
    80,
    '',
    (i) => Buffer.from(`GET /${i} HTTP/1.1\r\nUser-Agent: a${i}/1\r\n\r\n`),
  ],
  ['a header without end', 'tcp', 80, 'GET / HTTP/1.1\r\nX: ', () => Buffer.alloc(1000, 97)],
  ['headers without end', 'tcp', 80, 'GET / HTTP/1.1\r\n', (i) => Buffer.from(`X-${i}: ${i}\r\n`)],
  ['a handshake message without end', 'tcp', 443, '', () => record(22, cat(u8(1), u24(0xffff00), Buffer.alloc(1000)))],
  [
    'a mail without end',
    'tcp',
    25,
    'EHLO a\r\nMAIL FROM:<a@b>\r\nDATA\r\n',
    (i) => Buffer.from(`--x\r\nH${i}: v\r\n\r\n`),
  ],
  [
    'recipients without end',
    'tcp',
    25,
    'EHLO a\r\nMAIL FROM:<a@b>\r\n',
    (i) => Buffer.from(`RCPT TO:<a${i}@b.test>\r\n`),
  ],
  ['commands without an answer', 'tcp', 21, 'USER a\r\n', (i) => Buffer.from(`RETR f${i}\r\n`)],
  ['leases without end', 'udp', 67, '', (i) => dhcp(1, i, [0, 0, 0, 0], [[53, u8(1)]])],
  ['an unknown protocol', 'tcp', 9, '', () => Buffer.alloc(1000, 0xa7)],
];

describe('memory of one flow is bounded', () => {
  it.each(CASES)('%s', (_name, proto, port, head, payload) => {
    growth(proto, port, head, 2000, payload);
    expect(growth(proto, port, head, 30_000, payload)).toBeLessThan(40);
  });
});
