import { describe, expect, it } from 'vitest';
import { dissect } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';

describe('quic', () => {
  it('opens initial packets of both sides', () => {
    const found = dissect(SAMPLES.quic!);
    expect(found.service).toBe('quic,ssl');
    expect(found.rows('ssl')).toEqual([
      expect.objectContaining({
        version: 'TLSv13',
        server_name: 'example.test',
        cipher: 'TLS_AES_128_GCM_SHA256',
        established: false,
        ssl_history: 'Cs',
      }),
    ]);
    expect(found.rows('ssl')[0]!.ja4).toMatch(/^q13d0206h3_/);
  });
});
