import { expect, it } from 'vitest';
import type { DissectRow } from '../dissector.js';
import { arpRecord } from './record.js';

it('writes requests and replies, and nothing else', () => {
  const rows: DissectRow[] = [];
  const message = Buffer.from('000108000604000102000000000a0a000001000000000000' + '0a000002', 'hex');
  const out = { emit: (_table: string, row: DissectRow) => void rows.push(row) };
  expect(arpRecord(out, 5, '02:00:00:00:00:0a', 'ff:ff:ff:ff:ff:ff', message, 0, message.length)).toBe(true);
  expect(rows[0]).toEqual({
    ts: 5,
    operation: 'request',
    src_mac: '02:00:00:00:00:0a',
    dst_mac: 'ff:ff:ff:ff:ff:ff',
    orig_h: '10.0.0.1',
    resp_h: '10.0.0.2',
    orig_hw: '02:00:00:00:00:0a',
    resp_hw: '00:00:00:00:00:00',
  });
  expect(arpRecord(out, 5, undefined, undefined, message, 0, 20)).toBe(false);
});
