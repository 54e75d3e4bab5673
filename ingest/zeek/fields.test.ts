import { expect, test } from 'vitest';
import { testCase } from '../../test/support/test-case.js';
import { columnsOf } from '../case/schema.js';
import { mapFields } from './fields.js';
import { logType } from './log-type.js';

const LOGS = 'dns http ssl x509 ssh files smtp ftp dhcp arp software notice weird tunnel login'.split(' ');

test("a log's fields fill the columns of their names in every table but flows, where some follow from others", () => {
  for (const log of LOGS) {
    const { table } = logType(log, `${log}.log`, []);
    expect(table).toBe(log);
    for (const { name } of columnsOf(table)) {
      const own = ['capture_id', 'source_id', 'row', 'extra'].includes(name);
      expect([table, name, mapFields(table, [name])[0]!.column]).toEqual([table, name, own ? undefined : name]);
    }
  }
});

test("ssl.log's established is a handshake's, not the flow's", async () => {
  const ends = { 'id.orig_h': '10.0.0.5', 'id.orig_p': 50000, 'id.resp_h': '203.0.113.66', 'id.resp_p': 443 };
  const json = (values: object[]): string => values.map((v) => `${JSON.stringify(v)}\n`).join('');
  const kase = await testCase({
    'ssl.json.log': json([
      { ts: 1588207244.6, uid: 'C1', ...ends, version: 'TLSv12', cipher: 'x', established: true },
      { ts: 1588207245.6, uid: 'C2', ...ends, version: 'TLSv12', cipher: 'x', established: false },
    ]),
    'ssl.log':
      '#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\testablished\n' +
      '1588207246.6\tC3\t10.0.0.5\t50000\t203.0.113.66\t443\tTLSv12\tT\n',
  });
  try {
    expect(await kase.rows('SELECT uid, established, extra FROM ssl ORDER BY uid')).toEqual([
      { uid: 'C1', established: true, extra: null },
      { uid: 'C2', established: false, extra: null },
      { uid: 'C3', established: true, extra: null },
    ]);
  } finally {
    kase.close();
  }
});
