import { expect, test } from 'vitest';
import { testCase } from '../../test/support/test-case.js';

const line = (value: Record<string, unknown>): string => `${JSON.stringify(value)}\n`;

test('logs whose dots a shipper wrote as underscores', async () => {
  const ends = { id_orig_h: '10.0.0.5', id_orig_p: 50000, id_resp_h: '203.0.113.66', id_resp_p: 443 };
  const kase = await testCase({
    'lab_host_conn.log': line({
      '@stream': 'conn',
      ts: 1588207244.5,
      uid: 'C1',
      ...ends,
      proto: 'tcp',
      conn_state: 'SF',
    }),
    'lab_host_ssl.log': line({
      '@stream': 'ssl',
      ts: 1588207244.6,
      uid: 'C1',
      ...ends,
      version: 'TLSv12',
      cipher: 'x',
      resumed: false,
      cert_chain_fuids: ['F1'],
      resp_certificate_sha1: 'aa',
    }),
    'lab_host_x509.log': line({
      '@stream': 'x509',
      ts: 1588207244.6,
      id: 'F1',
      certificate_subject: 'CN=x',
      certificate_not_valid_before: 1470462331,
    }),
  });
  try {
    expect(await kase.rows('SELECT orig_h, orig_p, resp_h, resp_p FROM flows')).toEqual([
      { orig_h: '10.0.0.5', orig_p: 50000, resp_h: '203.0.113.66', resp_p: 443 },
    ]);
    expect(await kase.rows('SELECT resp_h, subject, not_before::VARCHAR AS nb, cert_sha1 FROM ssl')).toEqual([
      { resp_h: '203.0.113.66', subject: 'CN=x', nb: '2016-08-06 05:45:31', cert_sha1: 'aa' },
    ]);
  } finally {
    kase.close();
  }
});
