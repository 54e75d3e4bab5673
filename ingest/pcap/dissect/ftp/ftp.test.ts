import { describe, expect, it } from 'vitest';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { barEndpoint, commaEndpoint } from './channels.js';
import { ftpUrl, joinPath } from './paths.js';

describe('ftp', () => {
  it('logs transfers with their data channel', () => {
    const found = dissect(SAMPLES.ftp!);
    expect(found.rows('ftp')).toEqual([
      expect.objectContaining({
        user: 'anonymous',
        password: 'me@example.test',
        command: 'PASV',
        reply_code: 227,
        data_channel_passive: true,
        data_channel_resp_h: '10.0.0.2',
        data_channel_resp_p: 51210,
      }),
      expect.objectContaining({
        command: 'RETR',
        arg: 'ftp://10.0.0.2/./pub/file.bin',
        reply_code: 226,
        reply_msg: 'done',
        file_size: 77,
      }),
    ]);
  });

  it('knows the data connection', () => {
    const control = SAMPLES.ftp!;
    const data = { flow: { orig_p: 50000, resp_p: 51210 }, packets: [server('%PDF-1.4 content')] };
    const found = dissect([control, data]);
    expect(found.service).toBe('ftp-data');
    expect(found.rows('files')[0]).toMatchObject({ source: 'FTP_DATA', mime_type: 'application/pdf', is_orig: false });
  });

  it('hides passwords of users', () => {
    const packets = [
      server('220 FTP\r\n'),
      client('USER bob\r\n'),
      server('331 p\r\n'),
      client('PASS s3cret\r\n'),
      server('230 ok\r\n'),
      client('DELE x\r\n'),
      server('250 gone\r\n'),
    ];
    expect(dissect({ flow: {}, packets }).rows('ftp')[0]).toMatchObject({
      user: 'bob',
      password: '<hidden>',
      command: 'DELE',
    });
  });

  it('reads endpoints and paths', () => {
    expect(commaEndpoint('(1,2,3,4,5,6)')).toEqual({ host: '1.2.3.4', port: 1286 });
    expect(commaEndpoint('(1,2,3,400,5,6)')).toBeUndefined();
    expect(barEndpoint('|||60931|')).toEqual({ host: undefined, port: 60931 });
    expect(barEndpoint('|2|::1|5|')).toEqual({ host: '::1', port: 5 });
    expect(joinPath('.', 'a/../b')).toBe('./b');
    expect(joinPath('/a/b', '..')).toBe('/a');
    expect(ftpUrl('::1', '.', '/x//y')).toBe('ftp://[::1]/x/y');
  });
});
