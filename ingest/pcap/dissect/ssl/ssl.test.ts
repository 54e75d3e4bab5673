import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificate, clientHello, record } from '../../../../test/acceptance/dissect/build.js';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { matchesHost, parseCertificate } from './certificate.js';
import { ja3, ja4 } from './fingerprints.js';
import type { Hello } from './hello.js';
import { isGrease } from './names.js';

const hello = (part: Partial<Hello>): Hello => ({
  version: 0x0303,
  sessionId: '',
  retry: false,
  ciphers: [],
  extensions: [],
  serverName: undefined,
  groups: [],
  pointFormats: [],
  signatures: [],
  alpn: [],
  versions: [],
  keyShares: [],
  ticket: false,
  preSharedKey: false,
  ...part,
});

describe('fingerprints', () => {
  it("JA3 of the method's own example", () => {
    const ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
    expect(
      ja3(hello({ version: 769, ciphers, extensions: [0, 10, 11], groups: [23, 24, 25], pointFormats: [0] })),
    ).toBe('ada70206e40642a3e4461f35503241d5');
  });

  it("JA4 of the method's own example", () => {
    const ciphers = [
      0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f,
      0x35,
    ];
    const extensions = [
      0xaaaa, 0x1b, 0, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0xd, 5, 0x23, 0x12, 0x2b, 0xff01, 0xb, 0xa, 0x15,
    ];
    const signatures = [0x403, 0x804, 0x401, 0x503, 0x805, 0x501, 0x806, 0x601];
    const offer = hello({
      ciphers,
      extensions,
      signatures,
      alpn: ['h2', 'http/1.1'],
      versions: [0xbaba, 0x304, 0x303],
    });
    expect(ja4(offer, 't')).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
    expect(ja4(hello({ alpn: ['http/1.1'] }), 'q')).toBe('q12i0000h1_000000000000_000000000000');
  });

  it('knows GREASE', () => {
    expect([0x0a0a, 0x1a1a, 0xfafa].every(isGrease)).toBe(true);
    expect([0x0a1a, 0x0a0b, 0x1301].some(isGrease)).toBe(false);
  });
});

describe('ssl', () => {
  it('TLS 1.2 with a certificate', () => {
    const found = dissect(SAMPLES.tls12!);
    expect(found.service).toBe('ssl');
    const sha256 = createHash('sha256').update(certificate()).digest('hex');
    expect(found.rows('ssl')).toEqual([
      expect.objectContaining({
        version: 'TLSv12',
        cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
        curve: 'secp256r1',
        server_name: 'example.test',
        resumed: false,
        established: true,
        ssl_history: 'CsxknGIi',
        cert_chain_fps: [sha256],
        client_cert_chain_fps: [],
        subject: 'CN=example.test',
        issuer: 'CN=Test CA,O=Test\\, Inc.,C=CZ',
        sni_matches_cert: true,
      }),
    ]);
    expect(found.rows('x509')).toHaveLength(1);
  });

  it('TLS 1.3', () => {
    expect(dissect(SAMPLES.tls13!).rows('ssl')[0]).toMatchObject({
      version: 'TLSv13',
      cipher: 'TLS_AES_128_GCM_SHA256',
      curve: 'x25519',
      established: true,
      ssl_history: 'CsiI',
    });
  });

  it('an alert instead of an answer', () => {
    const packets = [client(record(22, clientHello())), server(record(21, Buffer.from([2, 40])))];
    expect(dissect({ flow: {}, packets }).rows('ssl')[0]).toMatchObject({
      version: undefined,
      last_alert: 'handshake_failure',
      established: false,
      ssl_history: 'Cl',
    });
  });

  it('a version 2 hello', () => {
    const old = Buffer.from(`802b0103010012000000100100800700c0030080060040020080040080${'00'.repeat(16)}`, 'hex');
    expect(dissect({ flow: {}, packets: [client(old)] }).service).toBe('ssl');
  });
});

describe('certificates', () => {
  it('reads all fields', () => {
    expect(parseCertificate(certificate())).toMatchObject({
      parsed: true,
      version: 3,
      serial: 'ABCD',
      subject: 'CN=example.test',
      notBefore: Date.UTC(2020, 0, 1) * 1000,
      notAfter: Date.UTC(2050, 0, 1) * 1000,
      keyAlg: 'rsaEncryption',
      sigAlg: 'sha256WithRSAEncryption',
      keyType: 'rsa',
      keyLength: 1024,
      exponent: '65537',
      sanDns: ['example.test', '*.example.test'],
      sanIp: ['10.0.0.2'],
      ca: true,
      pathLength: 3,
    });
    expect(parseCertificate(Buffer.from('nothing'))).toMatchObject({ parsed: false });
  });

  it('matches host names', () => {
    const c = parseCertificate(certificate());
    expect(['example.test', 'A.Example.Test', '10.0.0.2'].map((h) => matchesHost(c, h))).toEqual([true, true, true]);
    expect(['a.b.example.test', 'test', 'other.test'].map((h) => matchesHost(c, h))).toEqual([false, false, false]);
  });
});
