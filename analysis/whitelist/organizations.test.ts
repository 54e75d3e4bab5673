import { expect, it } from 'vitest';
import { testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { loadDetections } from '../detection/registry.js';
import { defaultOptions } from '../options.js';
import type { WhitelistRule } from './whitelist.js';

/** One source asks addresses of Google, of Apple and of others. */
const GOOGLE = ['8.8.8.8', '8.8.4.4', '142.250.185.78'];
const APPLE = ['17.253.144.10', '17.57.144.1', '17.0.0.1'];
const OTHERS = ['9.9.9.9', '1.1.1.1', '192.168.7.9'];
const conn = [...GOOGLE, ...APPLE, ...OTHERS].map((resp_h, i) =>
  JSON.stringify({
    '@path': 'conn',
    ts: 1700000000 + i,
    uid: `C${i}`,
    'id.orig_h': '192.168.7.5',
    'id.orig_p': 40000,
    'id.resp_h': resp_h,
    'id.resp_p': 0,
    proto: 'tcp',
    conn_state: 'SF',
    history: 'ShADadFf',
    orig_bytes: 100,
    resp_bytes: 100,
  }),
);
const portZero = loadDetections().filter((d) => d.id === 'port-zero');

async function left(...rules: readonly Pick<WhitelistRule, 'value' | 'ignore'>[]): Promise<unknown> {
  const kase = await testCase({ 'conn.log': `${conn.join('\n')}\n` });
  try {
    const whitelist = rules.map((r) => ({ kind: 'organization', direction: 'both', ...r }) as const);
    await detect(kase.store, { ...defaultOptions, whitelist }, undefined, portZero);
    const profile = await kase.rows('SELECT flows::INTEGER AS flows FROM profiles');
    const suppressed = await kase.rows(
      'SELECT DISTINCT reason FROM suppressed JOIN evidence USING (evidence_id) ORDER BY reason',
    );
    return { flows: profile[0]?.flows, reasons: suppressed.map((s) => s.reason) };
  } finally {
    kase.close();
  }
}

it('flows of a known organisation are left out by its AS numbers, without any name of a domain', async () => {
  expect(await left({ value: 'google', ignore: 'flows' })).toEqual({ flows: 6, reasons: [] });
});

it('flows of other organisations by whole words of the name, or by number', async () => {
  expect(await left({ value: 'quad9', ignore: 'flows' })).toEqual({ flows: 8, reasons: [] });
  expect(await left({ value: 'uad9', ignore: 'flows' })).toEqual({ flows: 9, reasons: [] });
  expect(await left({ value: 'as714', ignore: 'flows' })).toEqual({ flows: 6, reasons: [] });
});

it('evidence stays with the reason', async () => {
  const { reasons } = (await left({ value: 'apple', ignore: 'alerts' })) as { reasons: string[] };
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toMatch(/^17\.\S+ is in AS714 of Apple Inc\.$/);
});
