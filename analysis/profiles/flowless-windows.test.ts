import { expect, it } from 'vitest';
import { testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';

const conn = [
  {
    ts: 1767265200,
    uid: 'C1',
    'id.orig_h': '10.0.0.5',
    'id.orig_p': 4000,
    'id.resp_h': '203.0.113.9',
    'id.resp_p': 80,
    proto: 'tcp',
  },
];
const smtp = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
  ts: 1767261600 + n,
  uid: 'S1',
  'id.orig_h': '10.0.0.7',
  'id.orig_p': 4001,
  'id.resp_h': '203.0.113.25',
  'id.resp_p': 25,
  trans_depth: n + 1,
  last_reply: '535 5.7.8 no',
}));
const lines = (rows: readonly object[]): string => rows.map((r) => `${JSON.stringify(r)}\n`).join('');

it('gives a host that only mail records show a window, a score and an alert', async () => {
  const c = await testCase({ 'conn.log': lines(conn), 'smtp.log': lines(smtp) });
  try {
    const summary = await detect(c.store, defaultOptions);
    expect(summary).toMatchObject({ failed: [], alerts: 1, affectedHosts: 1, profiles: 2, windows: 2 });
    expect(
      await c.rows('SELECT profile, tw, is_local, flows::INTEGER AS flows, alerted FROM profiles ORDER BY tw, profile'),
    ).toEqual([
      { profile: '10.0.0.7', tw: 1, is_local: true, flows: 0, alerted: true },
      { profile: '10.0.0.5', tw: 2, is_local: true, flows: 1, alerted: false },
    ]);
  } finally {
    c.close();
  }
});

it('gives a host that only asks by ARP a window, and none to one that only answers or asks for a free address', async () => {
  const arp = (ts: number, orig_h: string) => ({
    ts,
    operation: 'request',
    orig_h,
    resp_h: '10.0.0.9',
    src_mac: '02:00:00:00:00:01',
  });
  const c = await testCase({
    'conn.log': lines(conn),
    'arp.log': lines([
      arp(1767265201, '10.0.0.8'),
      arp(1767265202, '0.0.0.0'),
      arp(1767265203, 'no address'),
      arp(1767265204, '10.0.0.5'),
      { ...arp(1767265205, '10.0.0.3'), operation: 'reply' },
    ]),
  });
  try {
    const summary = await detect(c.store, defaultOptions);
    expect(summary).toMatchObject({ failed: [], profiles: 2, windows: 2 });
    expect(
      await c.rows('SELECT profile, tw, is_local, flows::INTEGER AS flows, score FROM profiles ORDER BY profile'),
    ).toEqual([
      { profile: '10.0.0.5', tw: 1, is_local: true, flows: 1, score: 0 },
      { profile: '10.0.0.8', tw: 1, is_local: true, flows: 0, score: 0 },
    ]);
  } finally {
    c.close();
  }
});
