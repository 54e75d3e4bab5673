import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { detect } from '../detect.js';
import { defaultOptions } from '../options.js';
import { settingsOf } from './parameters.js';
import { loadDetections } from './registry.js';
import { runDetection } from './run-detection.js';

const flow = (i: number, from: string, to: string, port: number, state: string): string =>
  `${1700000000 + i}.5\tC${i}\t${from}\t40000\t${to}\t${port}\ttcp\t${state}\t500\t500\t540\t540\n`;
const LOG = `#separator \\x09
#path\tconn
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\torig_bytes\tresp_bytes\torig_ip_bytes\tresp_ip_bytes
${flow(0, '192.168.1.5', '8.8.8.8', 4443, 'SF')}${flow(1, '192.168.1.5', '192.168.1.6', 4443, 'SF')}${Array.from({ length: 20 }, (_, i) => flow(i + 2, '8.8.4.4', `192.168.1.${i + 10}`, 445, 'S0')).join('')}`;

let c: TestCase;
beforeAll(async () => {
  c = await testCase({ 'conn.log': LOG });
  await detect(c.store, { ...defaultOptions, direction: 'all' });
}, 60_000);
afterAll(() => c.close());

it('tells the network of the end outside, in the sentence and in the details', async () => {
  const rows = await c.rows<{ detection: string; key: string; description: string; network: string | null }>(
    `SELECT detection, key, description, details->>'$.network' AS network FROM evidence
     WHERE detection IN ('unknown-port', 'horizontal-port-scan') ORDER BY detection, key`,
  );
  expect(rows.map((r) => r.key)).toEqual(['445/tcp', '192.168.1.6:4443/tcp', '8.8.8.8:4443/tcp']);
  const [scan, inside, outside] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  expect(scan.description).toMatch(/from 8\.8\.4\.4 \(Google.*, US\)$/);
  expect(JSON.parse(scan.network!)).toMatchObject({ address: '8.8.4.4', asn: 15169, country: 'US' });
  expect(inside.network).toBeNull();
  expect(inside.description).not.toContain('(');
  expect(outside.description).toMatch(/destination IP 8\.8\.8\.8 \(Google.*, US\), from 192\.168\.1\.5:/);
  expect(JSON.parse(outside.network!)).toMatchObject({ address: '8.8.8.8', asn: 15169, country: 'US' });
});

it('gives the same findings in the same order, made in blocks', async () => {
  const detection = loadDetections([]).find((d) => d.id === 'unknown-port')!;
  const { db } = c.store;
  const inBlocksOf = async (block: number): Promise<unknown[]> => {
    await db.run('DELETE FROM staged_evidence; DELETE FROM staged_evidence_flows');
    await runDetection(db, detection, settingsOf(detection, undefined), '', block);
    return [...(await c.rows('FROM staged_evidence')), ...(await c.rows('FROM staged_evidence_flows ORDER BY ALL'))];
  };
  const whole = await inBlocksOf(100);
  expect(whole).toHaveLength(4);
  expect(await inBlocksOf(1)).toEqual(whole);
});
