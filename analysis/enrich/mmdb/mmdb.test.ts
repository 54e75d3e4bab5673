import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../../cli/errors.js';
import { mmdb } from '../../../test/support/mmdb.js';
import { tempDir } from '../../../test/support/temp-dir.js';
import { testCase } from '../../../test/support/test-case.js';
import { detect } from '../../detect.js';
import { defaultOptions } from '../../options.js';
import { openAsn } from '../asn/asn.js';
import { openMmdb } from './open.js';

const folder = tempDir('mmdb');
const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const ASN = mmdb('Own-ASN', {
  '8.8.8.0/24': { autonomous_system_number: 64500, autonomous_system_organization: "O'Neill \u202eGmbH" },
  '192.168.1.0/24': { asn: 'AS64501', name: 'Own office' },
  '2001:db8::/32': { autonomous_system_number: 64502 },
});
const CITY = mmdb('Own-City', {
  '8.8.8.0/25': {
    country: { iso_code: 'CH' },
    city: { names: { en: 'Zürich' } },
    location: { latitude: 47.37, longitude: 8.55 },
  },
  '8.8.8.128/25': { registered_country: { iso_code: 'de' }, location: { latitude: 1000, longitude: 8.5 } },
});

const conn = ['8.8.8.8', '8.8.8.200', '9.9.9.9', '2001:db8::1'].map((resp_h, i) =>
  JSON.stringify({
    '@path': 'conn',
    ts: 1700000000 + i,
    uid: `C${i}`,
    'id.orig_h': '192.168.1.5',
    'id.orig_p': 40000,
    'id.resp_h': resp_h,
    'id.resp_p': 443,
    proto: 'tcp',
    conn_state: 'SF',
  }),
);

it("a user's databases are used instead of the shipped tables, and recorded without their path", async () => {
  const kase = await testCase({ 'conn.log': `${conn.join('\n')}\n` });
  try {
    const options = { ...defaultOptions, asnDb: write('asn.mmdb', ASN), geoipDb: write('city.mmdb', CITY) };
    await detect(kase.store, options, undefined, []);
    const rows = await kase.rows(
      'SELECT address, asn::INTEGER AS asn, as_org, country, city, lat, lon FROM addresses ORDER BY key',
    );
    const none = { asn: null, as_org: null, country: null, city: null, lat: null, lon: null };
    const google = { asn: 64500, as_org: "O'Neill \u202eGmbH" };
    expect(rows).toEqual([
      { address: '8.8.8.8', ...google, country: 'CH', city: 'Zürich', lat: 47.37, lon: 8.55 },
      { address: '8.8.8.200', ...google, country: 'DE', city: null, lat: null, lon: 8.5 },
      { ...none, address: '9.9.9.9' },
      { ...none, address: '192.168.1.5', asn: 64501, as_org: 'Own office' },
      { ...none, address: '2001:db8::1', asn: 64502 },
    ]);
    const provenance = await kase.rows<{ key: string; value: string }>('SELECT key, value FROM provenance');
    expect(provenance.find((p) => p.key === 'data.asn')?.value).toContain('"Own-ASN","version":"2023-11-14"');
    expect(JSON.stringify(provenance)).not.toContain(folder);
  } finally {
    kase.close();
  }
});

describe('a file that is no database', () => {
  const broken: readonly (readonly [string, Uint8Array])[] = [
    ['empty', new Uint8Array()],
    ['text', Buffer.from('address,asn\n1.1.1.1,13335\n')],
    ['cut in its description', ASN.subarray(0, ASN.length - 10)],
    ['cut at the front', ASN.subarray(ASN.length - 140)],
  ];
  it.each(broken)('%s is refused with the name of the file', (name, bytes) => {
    const path = write(`${name}.mmdb`, bytes);
    expect(() => openMmdb(path, '--asn-db')).toThrow(CliError);
    expect(() => openMmdb(path, '--asn-db')).toThrow(`--asn-db ${path}: is`);
  });
  it('is missing', () => {
    expect(() => openMmdb(join(folder, 'none'), '--geoip-db')).toThrow('none: cannot be read (ENOENT)');
  });
  it('is of another kind', () => {
    expect(() => openAsn(write('kind.mmdb', CITY))).toThrow('is a database of type Own-City');
  });
});
