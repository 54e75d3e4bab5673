import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientHello, record } from '../../../../test/acceptance/dissect/build.js';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { parseRequestLine, unescapeUri } from './request-line.js';

const line = (text: string) => parseRequestLine(Buffer.from(text), 0, text.length);

describe('http', () => {
  it('reads pipelined requests, chunks, compressed and multipart bodies', () => {
    const found = dissect(SAMPLES.http!, true);
    expect(found.service).toBe('http');
    const [one, two, three] = found.rows('http');
    expect(one).toMatchObject({
      trans_depth: 1,
      method: 'GET',
      host: 'example.test',
      uri: '/a b',
      user_agent: 'curl/8.1.2',
      username: 'user',
      version: '1.1',
      status_code: 200,
      status_msg: 'OK',
      request_body_len: 0,
      response_body_len: 21,
      resp_mime_types: ['text/html'],
    });
    expect(two).toMatchObject({
      trans_depth: 2,
      uri: '/two',
      status_code: 404,
      response_body_len: 480,
      resp_mime_types: ['text/plain'],
    });
    expect(three).toMatchObject({
      trans_depth: 3,
      method: 'POST',
      request_body_len: 139,
      orig_mime_types: ['text/plain', 'application/pdf'],
      version: '1.0',
      status_code: 204,
    });
    const files = found.rows('files');
    expect(files.map((f) => [f.filename, f.mime_type, f.seen_bytes, f.is_orig])).toEqual([
      [undefined, 'text/html', 21, false],
      [undefined, 'text/plain', 480, false],
      ['a.txt', 'text/plain', 25, true],
      [undefined, 'application/pdf', 26, true],
    ]);
    expect(files[0]!.sha256).toBe(createHash('sha256').update('<html><body>hellohoho').digest('hex'));
    expect([one!.resp_fuids, two!.resp_fuids]).toEqual([[files[0]!.fuid], [files[1]!.fuid]]);
    expect(found.rows('software').map((s) => [s.software_type, s.name, s.version_major])).toEqual([
      ['HTTP::BROWSER', 'curl', 8],
      ['HTTP::SERVER', 'nginx', 1],
    ]);
  });

  it('counts what is missing of a body', () => {
    const packets = [
      client('GET / HTTP/1.1\r\n\r\n'),
      server('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome bytes'),
      server('the end of it', 77),
      client('GET /2 HTTP/1.1\r\n\r\n'),
    ];
    const found = dissect({ flow: {}, packets });
    expect(found.rows('http')[0]).toMatchObject({ response_body_len: 100 });
    expect(found.rows('files')[0]).toMatchObject({ seen_bytes: 23, missing_bytes: 77, total_bytes: 100 });
    expect(found.rows('http')[1]).toMatchObject({ uri: '/2', trans_depth: 2 });
  });

  it('tells what a CONNECT tunnel carries', () => {
    const packets = [
      client('CONNECT a.test:443 HTTP/1.1\r\n\r\n'),
      server('HTTP/1.1 200 Connection established\r\n\r\n'),
      client(record(22, clientHello())),
    ];
    const found = dissect({ flow: {}, packets });
    expect(found.service).toBe('http,ssl');
    expect(found.rows('ssl')[0]).toMatchObject({ server_name: 'example.test', uid: 'Cuid' });
  });

  it('looks into WebSockets', () => {
    const found = dissect(SAMPLES.websocket!);
    expect(found.service).toBe('http,websocket,ssh');
    expect(found.rows('ssh')[0]).toMatchObject({ server: 'SSH-2.0-OpenSSH_9.2p1 X', client: 'SSH-2.0-OpenSSH_9.7' });
  });

  it('takes request lines apart', () => {
    expect(line('GET /x HTTP/1.0')).toEqual({ method: 'GET', uri: '/x', version: '1.0' });
    expect(line('GET /a b c HTTP/1.1')).toEqual({ method: 'GET', uri: '/a b c', version: '1.1' });
    expect(line('GET /old')).toEqual({ method: 'GET', uri: '/old', version: '0.9' });
    expect(line('OPTIONS HTTP/1.0')).toEqual({ method: 'OPTIONS', uri: '', version: '1.0' });
    expect(line('nonsense')).toBeUndefined();
    expect(unescapeUri('/%41%zz%5')).toBe('/A%zz%5');
  });

  it('does not follow a header or a line without end', () => {
    const long = 'x'.repeat(200_000);
    const found = dissect({
      flow: {},
      packets: [client(`GET /${long} HTTP/1.1\r\nCookie: ${long}\r\n\r\n`), client('GET /after HTTP/1.1\r\n\r\n')],
    });
    expect(found.rows('http').every((r) => String(r.uri).length <= 8192)).toBe(true);
  });
});
