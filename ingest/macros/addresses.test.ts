import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asset } from '../../cli/package-root.js';
import { Database } from '../case/database.js';

let instance: DuckDBInstance;
let db: Database;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'addresses-'));
  instance = await DuckDBInstance.create(':memory:', { threads: '1', temp_directory: folder });
  db = new Database(await instance.connect());
  await db.run(readFileSync(asset('ingest/macros/addresses.sql'), 'utf8'));
});

afterAll(() => {
  db.connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly t: string | null;
  readonly ok: boolean;
  readonly canonical: string | null;
}

async function ask(texts: readonly (string | null)[]): Promise<Answer[]> {
  const values = texts.map((t, i) => `(${i}, ${t === null ? 'NULL' : `'${t.replaceAll("'", "''")}'`})`);
  return db.all<Answer>(
    `SELECT t, is_ip(t) AS ok, canonical_ip(t) AS canonical FROM (VALUES ${values.join(', ')}) v(i, t) ORDER BY i`,
  );
}

/** What RFC 5952 says, by another way: ipaddr.js, and its section 5 for IPv4-mapped addresses. */
function expected(text: string): string | null {
  const plain = text.replace(/%.+$/, '');
  if (isIP(plain) === 4) return text === plain ? text : null;
  if (isIP(plain) !== 6) return null;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const group = (a: string | undefined, b: string | undefined) => (Number(a) * 256 + Number(b)).toString(16);
  const hex = dotted ? `${dotted[1]}${group(dotted[2], dotted[3])}:${group(dotted[4], dotted[5])}` : plain;
  const parsed = ipaddr.IPv6.parse(hex);
  return parsed.isIPv4MappedAddress() ? `::ffff:${parsed.toIPv4Address().toString()}` : parsed.toRFC5952String();
}

async function agrees(texts: string[]): Promise<void> {
  const answers = await ask(texts);
  expect(answers.map((a) => [a.t, a.canonical])).toEqual(texts.map((t) => [t, expected(t)]));
  expect(answers.map((a) => [a.t, a.ok])).toEqual(texts.map((t) => [t, expected(t) !== null]));
}

const group = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);

/** Eight groups written in one of the ways in which IPv6 text occurs. */
const ip6Text = fc
  .tuple(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(7), fc.nat(8), fc.nat(4), fc.boolean(), fc.boolean())
  .map(([groups, from, length, width, dotted, upper]) => {
    const shown = groups.map((g) => g.toString(16).padStart(width, '0'));
    let parts = shown;
    if (dotted) {
      const [a, b] = [groups[6]!, groups[7]!];
      parts = [...shown.slice(0, 6), `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`];
    }
    const to = Math.min(from + length, 8, dotted ? 6 : 8);
    const zeros = to > from && groups.slice(from, to).every((g) => g === 0);
    const text = zeros ? `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}` : parts.join(':');
    return upper ? text.toUpperCase() : text;
  });

describe('canonical_ip and is_ip', () => {
  it('agree with ipaddr.js on IPv6 in any spelling', async () => {
    await fc.assert(fc.asyncProperty(fc.array(ip6Text, { minLength: 50, maxLength: 50 }), agrees), {
      numRuns: 60,
      seed: 1,
    });
  });

  it('agree on text that is nearly an address', async () => {
    const near = fc.array(
      fc.constantFrom('0', '1', 'f', '00', 'FFFF', ':', ':', '::', '.', '1.2.3.4', '256', '%e0', 'g', ' '),
      {
        minLength: 1,
        maxLength: 14,
      },
    );
    const texts = near.map((parts) => parts.join(''));
    await fc.assert(fc.asyncProperty(fc.array(texts, { minLength: 50, maxLength: 50 }), agrees), {
      numRuns: 60,
      seed: 2,
    });
  });

  it('agree on IPv4', async () => {
    const octet = fc.oneof(fc.nat(255), fc.nat(999), fc.constantFrom('01', '', 'x'));
    const texts = fc.array(octet, { minLength: 3, maxLength: 5 }).map((o) => o.join('.'));
    await fc.assert(fc.asyncProperty(fc.array(texts, { minLength: 50, maxLength: 50 }), agrees), {
      numRuns: 30,
      seed: 3,
    });
  });

  it('give the canonical form of known cases', async () => {
    const cases: [string | null, string | null][] = [
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.01', null],
      ['192.0.2.1%eth0', null],
      ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:db8::0:1', '2001:db8::1'],
      ['1::2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
      ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
      ['fe80::1%eth0', 'fe80::1'],
      ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
      ['0:0:0:0:0:FFFF:c000:0201', '::ffff:192.0.2.1'],
      ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
      ['::', '::'],
      ['0000:0000:0000:0000:0000:0000:0000:0000', '::'],
      ['ff02::1:ff00:0', 'ff02::1:ff00:0'],
      ['00:00:00:00:00:00', null],
      [':::', null],
      ['', null],
      [null, null],
    ];
    const answers = await ask(cases.map(([t]) => t));
    expect(answers.map((a) => a.canonical)).toEqual(cases.map(([, c]) => c));
    expect(answers.map((a) => a.ok)).toEqual(cases.map(([, c]) => c !== null));
  });
});
