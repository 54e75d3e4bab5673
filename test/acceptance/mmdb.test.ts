import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { asnOf, openAsn } from '../../analysis/enrich/asn/asn.js';
import { openGeoip, placeOf } from '../../analysis/enrich/geoip/geoip.js';
import { openMmdb } from '../../analysis/enrich/mmdb/open.js';
import { CliError } from '../../cli/errors.js';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(join(DATA, 'mmdb'));
if (!present) console.log(`skipped: no databases at ${DATA}mmdb`);

type Entries = readonly Readonly<Record<string, Record<string, unknown>>>[];
const truth = (name: string): [string, Record<string, unknown>][] =>
  (JSON.parse(readFileSync(join(DATA, 'mmdb', name), 'utf8')) as Entries).flatMap((e) => Object.entries(e));

/** First and last address of a network, as the case writes them. */
function ends(cidr: string): string[] {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const last = address.toByteArray().map((b, i) => b | (0xff >> Math.max(0, Math.min(8, bits - i * 8))));
  return [ipaddr.parse(cidr.split('/')[0]!).toString(), ipaddr.fromByteArray(last).toString()];
}

describe.runIf(present)('databases of MaxMind', () => {
  it('give the AS numbers and organisations that their sources name', () => {
    const db = openAsn(join(DATA, 'mmdb/GeoLite2-ASN-Test.mmdb'));
    const networks = truth('GeoLite2-ASN-Test.json');
    expect(networks.length).toBeGreaterThan(100);
    for (const [cidr, entry] of networks) {
      const wanted = {
        asn: entry.autonomous_system_number ?? null,
        as_org: entry.autonomous_system_organization ?? null,
      };
      for (const address of ends(cidr)) expect({ address, ...asnOf(db.get(address)!) }).toEqual({ address, ...wanted });
    }
  });

  it.each(['GeoIP2-Country-Test', 'GeoLite2-Country-Test'])('%s gives the countries that its source names', (name) => {
    const db = openGeoip(join(DATA, `mmdb/${name}.mmdb`));
    const networks = truth(`${name}.json`);
    expect(networks.length).toBeGreaterThan(100);
    let named = 0;
    for (const [cidr, entry] of networks) {
      const code = (key: string): string | undefined => (entry[key] as { iso_code?: string } | undefined)?.iso_code;
      const wanted = code('country') ?? code('registered_country') ?? null;
      if (wanted !== null) named++;
      for (const address of ends(cidr)) {
        const record = db.get(address);
        expect({ address, country: record === null ? null : (placeOf(record)?.country ?? null) }).toEqual({
          address,
          country: wanted,
        });
      }
    }
    expect(named).toBeGreaterThan(100);
  });

  it('reads every size of record and both versions of IP', () => {
    for (const file of readdirSync(join(DATA, 'mmdb/format'))) {
      const db = openMmdb(join(DATA, 'mmdb/format', file), '--asn-db');
      const four = file.includes('mixed') ? '::1.1.1.1' : '1.1.1.1';
      const v4 = !file.includes('ipv6') && !file.includes('nested');
      if (v4 && file.includes('test')) expect([file, db.get('1.1.1.1')]).toEqual([file, { ip: four }]);
      if (file.includes('test-ipv4')) expect(db.get('2001::1')).toBe(null);
      if (file.includes('test-ipv6')) expect(db.get('::1:ffff:ffff')).toEqual({ ip: '::1:ffff:ffff' });
    }
  });

  const malformed = present ? readdirSync(join(DATA, 'malformed/mmdb')).map((f) => join('malformed/mmdb', f)) : [];
  it.each([...malformed, 'malformed/made/mmdb-cut.mmdb'])('%s is searched or refused, with a reason', (file) => {
    const path = join(DATA, file);
    const asked = ['1.1.1.1', '0.0.0.0', '255.255.255.255', '::', '2001:db8::1', 'ffff::', '81.2.69.160'];
    for (const address of asked) {
      try {
        const db = openMmdb(path, '--geoip-db');
        const record = db.get(address);
        if (record !== null) placeOf(record);
      } catch (error) {
        expect(error).toBeInstanceOf(CliError);
        expect((error as Error).message).toMatch(/^--geoip-db .* is .*MaxMind database/);
      }
    }
  });
});
