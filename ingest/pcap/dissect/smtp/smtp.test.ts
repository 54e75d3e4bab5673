import { describe, expect, it } from 'vitest';
import { clientHello, record } from '../../../../test/acceptance/dissect/build.js';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { addresses, findAddress } from './addresses.js';

describe('smtp', () => {
  it('reads commands, headers and parts', () => {
    const found = dissect(SAMPLES.smtp!);
    expect(found.service).toBe('smtp');
    expect(found.rows('smtp')).toEqual([
      expect.objectContaining({
        trans_depth: 1,
        helo: 'me.test',
        mailfrom: 'a@example.test',
        rcptto: ['b@example.test'],
        from: 'A <a@example.test>',
        to: ['b@example.test', 'c@example.test'],
        subject: 'hello',
        user_agent: 'Thing 1.2',
        last_reply: '250 2.0.0 Ok: queued as 1',
        path: ['10.0.0.2', '10.0.0.1', '192.0.2.7'],
        tls: false,
      }),
    ]);
    expect(found.rows('files').map((f) => [f.source, f.depth, f.mime_type, f.filename, f.seen_bytes])).toEqual([
      ['SMTP', 2, 'text/plain', undefined, 18],
      ['SMTP', 3, 'image/png', 'x.png', 16],
    ]);
  });

  it('follows STARTTLS', () => {
    const packets = [
      server('220 x ESMTP\r\n'),
      client('EHLO a\r\n'),
      server('250 STARTTLS\r\n'),
      client('STARTTLS\r\n'),
      server('220 go\r\n'),
      client(record(22, clientHello())),
    ];
    const found = dissect({ flow: {}, packets });
    expect(found.service).toBe('smtp,ssl');
    expect(found.rows('smtp')[0]).toMatchObject({ tls: true, helo: 'a' });
    expect(found.rows('ssl')[0]).toMatchObject({ server_name: 'example.test' });
  });

  it('finds addresses', () => {
    expect(addresses('"X, Y" <x@a.test>, y@b.test')).toEqual(['x@a.test', 'y@b.test']);
    expect(findAddress('from a (a [192.0.2.1]) by b (198.51.100.2)')).toBe('198.51.100.2');
    expect(findAddress('from a (2001:db8::1) at 10:20:30')).toBe('2001:db8::1');
  });
});
