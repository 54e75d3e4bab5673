import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixture, OFFICE } from '../test/support/fixtures.js';
import { type TestCase, testCase } from '../test/support/test-case.js';
import { detect } from './detect.js';
import { tableDigests } from './digest.js';
import { type AnalysisOptions, defaultOptions } from './options.js';
import { rescore } from './rescore.js';

let c: TestCase;
beforeAll(async () => {
  c = await testCase([fixture('office-zeek-tsv')]);
}, 60_000);
afterAll(() => c.close());

const options: AnalysisOptions = { ...defaultOptions, homeNet: OFFICE.split(',') };
const rule = (value: string, ignore: 'alerts' | 'flows') => ({ kind: 'ip', value, direction: 'both', ignore }) as const;

it('gives the rows that a whole run gives, there and back', async () => {
  const plain = await detect(c.store, options);
  const before = await tableDigests(c.store.db);
  const changed = { ...options, whitelist: [rule('192.168.50.23', 'alerts')], evidenceThreshold: 0.5 };
  const quick = await rescore(c.store, changed);
  const rescored = await tableDigests(c.store.db);
  const whole = await detect(c.store, changed);
  expect(rescored).toEqual(await tableDigests(c.store.db));
  expect({ ...quick, failed: [] }).toEqual(whole);
  expect(quick.suppressed).toBeGreaterThan(0);
  expect(quick.alerts).not.toBe(plain.alerts);
  await rescore(c.store, options);
  expect(await tableDigests(c.store.db)).toEqual(before);
}, 180_000);

it('refuses what needs a whole run', async () => {
  await expect(rescore(c.store, { ...options, window: 900_000_000, disable: ['strobe'] })).rejects.toThrow(
    '--rescore: the case was analysed with another disable, window; run detect without it',
  );
  await expect(rescore(c.store, { ...options, whitelist: [rule('192.168.50.23', 'flows')] })).rejects.toThrow(
    'another whitelist of flows',
  );
  await c.store.db.run("UPDATE provenance SET value = 'old' WHERE key = 'detections_sha256'");
  await expect(rescore(c.store, options)).rejects.toThrow('another version of the rules');
  await c.store.db.run("UPDATE provenance SET value = 'unfinished' WHERE key = 'analysis'");
  await expect(rescore(c.store, options)).rejects.toThrow('no finished analysis');
}, 60_000);
