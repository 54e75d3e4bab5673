import { createHash } from 'node:crypto';
import { assert, integer, ipV6, property, string, stringMatching } from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { CommunityId } from '../flow/community-id.js';
import { addressWords } from '../testing/packets.js';
import { ADDRESS_BYTES, addressText, macText, writeAddress, writeMac } from './address.js';
import { toRecordBatch } from './arrow.js';
import { BoolColumn, DoubleColumn, Int32Column, Int64Column, StringColumn, StringListColumn } from './columns.js';
import { UidWriter } from './uid.js';

describe('columns', () => {
  it('become an Arrow record batch and start again', () => {
    const id = new Int64Column('id', 'int64');
    const ts = new Int64Column('ts', 'timestamp');
    const x = new DoubleColumn('x', 'double');
    const n = new Int32Column('n', 'int32');
    const ok = new BoolColumn('ok', 'bool');
    const text = new StringColumn('text');
    const list = new StringListColumn('list');
    const columns = [id, ts, x, n, ok, text, list];
    for (let round = 0; round < 2; round++) {
      const rows = Array.from({ length: 3000 }, (_, k) => ({
        id: 2 ** 52 + k,
        ts: 1.7e15 + k,
        x: k % 3 === 0 ? undefined : k / 7,
        n: 7 - k,
        ok: k % 5 === 0 ? undefined : k % 2 === 0,
        text: k % 4 === 0 ? undefined : `tëxt ${k + round} 漢`,
        list: k % 6 === 0 ? undefined : Array.from({ length: k % 3 }, (_, j) => `e${j}`),
      }));
      for (const row of rows) {
        id.push(row.id);
        ts.push(row.ts);
        x.push(row.x);
        n.push(row.n);
        ok.push(row.ok);
        text.push(row.text);
        list.push(row.list);
      }
      const batch = toRecordBatch({ table: 't', length: rows.length, columns: columns.map((c) => c.take()) });
      expect(batch.numRows).toBe(3000);
      for (const k of [0, 1, 2, 5, 6, 1999, 2999]) {
        const row = batch.get(k)!.toJSON() as Record<string, unknown>;
        expect(row.id).toBe(BigInt(rows[k]!.id));
        expect(row.x ?? undefined).toBe(rows[k]!.x);
        expect(row.n).toBe(7 - k);
        expect(row.ok ?? undefined).toBe(rows[k]!.ok);
        expect(row.text ?? undefined).toBe(rows[k]!.text);
        expect(row.list === null ? undefined : [...(row.list as Iterable<string>)]).toEqual(rows[k]!.list);
      }
    }
  });

  it('negative 64-bit values', () => {
    const column = new Int64Column('x', 'int64');
    for (const value of [-1, -(2 ** 40), 0, 5]) column.push(value);
    expect([...(column.take().values as BigInt64Array)]).toEqual([-1n, -(2n ** 40n), 0n, 5n]);
  });
});

describe('text', () => {
  it('addresses are RFC 5952', () => {
    const out = new Uint8Array(ADDRESS_BYTES);
    assert(
      property(ipV6(), (text) => {
        const address = ipaddr.IPv6.parse(text);
        if (address.range() === 'ipv4Mapped') return;
        const words = Int32Array.from(addressWords(address.toNormalizedString()));
        expect(addressText(words, 0)).toBe(address.toRFC5952String());
        expect(Buffer.from(out.subarray(0, writeAddress(words, 0, out, 0))).toString()).toBe(address.toRFC5952String());
      }),
    );
    for (const text of ['0.0.0.0', '255.255.255.255', '10.1.203.9', '192.168.100.1']) {
      const words = Int32Array.from(addressWords(text));
      expect(addressText(words, 0)).toBe(text);
      expect(Buffer.from(out.subarray(0, writeAddress(words, 0, out, 0))).toString()).toBe(text);
    }
  });

  it('hardware addresses', () => {
    const mac = Uint8Array.of(0, 0x1a, 0xff, 9, 0xa0, 0x0b);
    const out = new Uint8Array(17);
    writeMac(mac, 0, out, 0);
    expect(macText(mac, 0)).toBe('00:1a:ff:09:a0:0b');
    expect(Buffer.from(out).toString()).toBe('00:1a:ff:09:a0:0b');
  });
});

describe('uid', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  it('is 12 base62 digits of the first 8 bytes of SHA-256', () => {
    assert(
      property(stringMatching(/^[0-9a-f]{16}$/), integer({ min: 0, max: 2 ** 40 }), (capture, row) => {
        let n = createHash('sha256').update(`${capture}\x1f${row}`).digest().readBigUInt64BE(0);
        let text = '';
        for (let k = 0; k < 12; k++) {
          text = digits[Number(n % 62n)] + text;
          n /= 62n;
        }
        expect(new UidWriter(capture).text(row)).toBe(text);
      }),
    );
  });

  it('takes seeds of any length', () => {
    assert(
      property(string({ maxLength: 200 }), (seed) => {
        expect(new UidWriter(seed).text(1)).toMatch(/^[0-9A-Za-z]{12}$/);
      }),
    );
  });
});

it('Community ID of the specification', () => {
  const addr = Int32Array.from([...addressWords('1.2.3.4'), ...addressWords('5.6.7.8')]);
  const back = Int32Array.from([...addressWords('5.6.7.8'), ...addressWords('1.2.3.4')]);
  expect(new CommunityId().of(addr, 0, 6, 1122, 3344)).toBe('1:wCb3OG7yAFWelaUydu0D+125CLM=');
  expect(new CommunityId().of(back, 0, 6, 3344, 1122)).toBe('1:wCb3OG7yAFWelaUydu0D+125CLM=');
  expect(new CommunityId().of(addr, 0, 1, 8, 0)).toBe('1:crodRHL2FEsHjbv3UkRrfbs4bZ0=');
  expect(new CommunityId().of(addr, 0, 1, 11, 0)).toBe('1:f/YiSyWqczrTgfUCZlBUnvHRcPk=');
  expect(new CommunityId().of(addr, 0, 46, 0, 0)).toBe('1:ikv3kmf89luf73WPz1jOs49S768=');
  expect(new CommunityId(1).of(addr, 0, 6, 1122, 3344)).toBe('1:HhA1B+6CoLbiKPEs5nhNYN4XWfk=');
});
