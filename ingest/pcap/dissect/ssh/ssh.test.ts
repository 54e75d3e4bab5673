import { describe, expect, it } from 'vitest';
import { dissect } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { AuthGuess } from './auth.js';
import { negotiated, negotiatedBothWays } from './kexinit.js';

describe('ssh', () => {
  it('reads banners, algorithms and the outcome of the login', () => {
    const found = dissect(SAMPLES.ssh!);
    expect(found.rows('ssh')).toEqual([
      expect.objectContaining({
        version: 2,
        client: 'SSH-2.0-OpenSSH_9.7',
        server: 'SSH-2.0-OpenSSH_9.2p1 Debian-2',
        kex_alg: 'ecdh-sha2-nistp256',
        host_key_alg: 'ssh-ed25519',
        cipher_alg: 'aes256-ctr',
        mac_alg: 'hmac-sha2-256',
        compression_alg: 'none',
        auth_success: true,
        auth_attempts: 2,
      }),
    ]);
    expect(found.rows('ssh')[0]!.host_key).toMatch(/^SHA256:/);
    expect(found.rows('software').map((s) => [s.software_type, s.name, s.version_major, s.version_addl])).toEqual([
      ['SSH::SERVER', 'OpenSSH', 9, 'p1'],
      ['SSH::CLIENT', 'OpenSSH', 9, undefined],
    ]);
  });

  it('negotiates as the protocol does', () => {
    expect(negotiated('a,b,c', 'c,b')).toBe('b');
    expect(negotiated('a', 'b')).toBe('Algorithm negotiation failed');
    expect(negotiatedBothWays(['a', 'b'], ['a', 'b'])).toBe('To server: a, to client: b');
  });

  it('counts refusals of the same size', () => {
    const guess = new AuthGuess();
    for (const size of [44, 84, 84, 84]) expect(guess.segment(size)).toBe(false);
    expect([guess.attempts, guess.success]).toEqual([2, false]);
    expect(guess.segment(28)).toBe(true);
    expect([guess.attempts, guess.success]).toEqual([3, true]);
  });
});
