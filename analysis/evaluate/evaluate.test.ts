import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';
import { type Evaluation, emptyEvaluation, evaluateCase, lowerMedian, share } from './evaluate.js';

const FIELDS = 'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto conn_state history label'.split(' ');
const START = 1767261600;

/** One flow per second. */
const scan = (from: string, to: string, n: number, label: string, uid: string): string[][] =>
  Array.from({ length: n }, (_, i) =>
    [START + i, `${uid}${i}`, from, 40000 + i, `${to}${i + 1}`, 445, 'tcp', 'S0', 'S', label].map(String),
  );
const flow = (second: number, from: string, to: string, label: string, uid: string): string[] =>
  [START + second, uid, from, 4000, to, 443, 'tcp', 'SF', 'ShADadFf', label].map(String);

const rows = [
  flow(-100, '10.0.0.5', '203.0.113.1', 'Benign', 'A'),
  ...scan('10.0.0.5', '10.0.1.', 200, 'Malicious', 'I'),
  ...scan('10.0.0.6', '10.0.2.', 12, 'Benign', 'B'),
  ...scan('203.0.113.7', '10.0.3.', 12, 'Malicious', 'O'),
  ...scan('10.0.0.8', '10.0.4.', 12, '-', 'U'),
  flow(5, '10.0.0.9', '203.0.113.1', 'Benign', 'Q'),
].sort((a, b) => Number(a[0]) - Number(b[0]));
const log = `#separator \\x09\n#path\tconn\n#fields\t${FIELDS.join('\t')}\n${rows.map((r) => r.join('\t')).join('\n')}\n`;

let c: TestCase;
let e: Evaluation;
beforeAll(async () => {
  c = await testCase({ 'conn.log.labeled': log });
  expect((await detect(c.store, defaultOptions)).failed).toEqual([]);
  e = emptyEvaluation();
  await evaluateCase(c.store.db, 'one', [], e);
});
afterAll(() => c.close());

describe('against labels', () => {
  it('knows what there is', () => {
    expect(e.totals).toMatchObject({
      flows_malicious: 212,
      flows_benign: 14,
      flows_unlabelled: 12,
      hosts_infected: 1,
      hosts_attacker: 1,
      hosts_benign: 2,
      hosts_unknown: 1,
      windows_benign: 2,
    });
  });
  it('tells true from false findings, by host and by flow', () => {
    expect(e.detections.find((d) => d.detection === 'horizontal-port-scan')).toEqual({
      detection: 'horizontal-port-scan',
      ran: 1,
      not_decided: 0,
      findings: 4,
      hosts_true: 2,
      hosts_infected: 1,
      hosts_false: 1,
      hosts_attacked: 0,
      hosts_unknown: 1,
      windows_true: 2,
      windows_false: 1,
      flows_true: 212,
      flows_false: 12,
      flows_unlabelled: 12,
      seconds: [9, 9],
    });
    expect(e.detections.find((d) => d.detection === 'arp-scan')).toMatchObject({ ran: 0, not_decided: 1 });
  });
  it('counts alerts and the time to them', () => {
    expect(e.alerts).toMatchObject({ findings: 1, hosts_infected: 1, hosts_false: 0, flows_true: 200 });
    const host = e.hosts.find((h) => h.host === '10.0.0.5');
    expect(host).toMatchObject({
      role: 'infected',
      basis: 'labels',
      alerts: 1,
      begins: '2026-01-01T10:00:00.000000Z',
      seconds_to_evidence: 9,
      seconds_to_alert: 9,
    });
    expect(e.hosts.some((h) => h.role === 'unknown')).toBe(false);
  });
});

it('takes the word of the hosts file before labels, and * for the rest of the local hosts', async () => {
  const sum = emptyEvaluation();
  const row = (host: string, role: 'benign' | 'attacked' | 'infected') => ({ capture: '*', host, role });
  await evaluateCase(c.store.db, 'two', [row('*', 'benign'), row('10.0.0.6', 'infected')], sum);
  expect(sum.totals).toMatchObject({ hosts_infected: 1, hosts_attacker: 1, hosts_benign: 3, hosts_unknown: 0 });
  expect(sum.alerts).toMatchObject({ hosts_true: 0, hosts_false: 1, windows_false: 1 });
  await evaluateCase(c.store.db, 'three', [row('*', 'attacked')], sum);
  expect(sum.inputs).toEqual(['two', 'three']);
  expect(sum.totals).toMatchObject({ hosts_attacked: 3, hosts_attacker: 3, hosts_infected: 1 });
  await expect(evaluateCase(c.store.db, 'x', [row('*', 'benign'), row('*', 'attacked')], sum)).rejects.toThrow(
    /two roles/,
  );
});

it.each([
  [[], null],
  [[3], 3],
  [[1, 2], 1],
  [[1, 2, 9], 2],
])('the lower median of %j is %s', (values, expected) => {
  expect(lowerMedian(values)).toBe(expected);
});

it('shares of nothing are none', () => {
  expect(share(1, 3)).toBe(0.333333);
  expect(share(0, 0)).toBeNull();
});
