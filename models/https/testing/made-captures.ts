import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../random.js';

/** What a made capture holds: implants of one of two families, ordinary programs, or both on one host. */
export type Made = 'implant-a' | 'implant-b' | 'ordinary';

export const CLIENT = '10.1.0.5';
export const CONTROL = '203.0.113.66';

interface Row {
  readonly conn: Record<string, unknown>;
  readonly ssl: Record<string, unknown>;
}

/**
 * Writes a Zeek folder (conn.log, ssl.log in JSON) of `flows` TLS flows of each kind.
 * @returns the folder
 */
export function writeMade(folder: string, kinds: readonly Made[], flows: number, seed: number): string {
  const random = new Random(seed);
  const rows = kinds.flatMap((kind) => Array.from({ length: flows }, (_, i) => made(kind, i, seed, random)));
  mkdirSync(folder, { recursive: true });
  for (const log of ['conn', 'ssl'] as const) {
    writeFileSync(
      join(folder, `${log}.log`),
      rows.map((r) => `${JSON.stringify({ _path: log, ...r[log] })}\n`).join(''),
    );
  }
  return folder;
}

function made(kind: Made, i: number, seed: number, random: Random): Row {
  const implant = kind !== 'ordinary';
  const ts = 1_700_000_000 + seed * 100_000 + (implant ? i * 60 : i * 17 + random.below(400));
  const server = implant ? CONTROL : `198.51.100.${1 + random.below(40)}`;
  const uid = `C${kind}${seed}x${i}`;
  const ends = { 'id.orig_h': CLIENT, 'id.orig_p': 40_000 + i, 'id.resp_h': server, 'id.resp_p': implant ? 8443 : 443 };
  const packets = implant ? 12 : 10 + random.below(200);
  const named = !implant;
  const start = ts - 86_400 * (implant ? 200 + random.below(300) : 30 + random.below(300));
  return {
    conn: {
      ts,
      uid,
      ...ends,
      proto: 'tcp',
      service: 'ssl',
      duration: implant ? 1.2 : random.below(9000) / 100,
      orig_bytes: packets * 90,
      resp_bytes: packets * (implant ? 110 : 700),
      conn_state: 'SF',
      orig_pkts: packets,
      orig_ip_bytes: packets * 130,
      resp_pkts: packets,
      resp_ip_bytes: packets * (implant ? 150 : 740),
    },
    ssl: {
      ts,
      uid,
      ...ends,
      version: kind === 'implant-b' ? 'TLSv10' : 'TLSv12',
      cipher: implant ? 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA' : 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      curve: implant ? 'secp256r1' : 'x25519',
      ...(named ? { server_name: `www${random.below(30)}.example.com`, next_protocol: 'h2' } : {}),
      resumed: false,
      established: true,
      subject: named ? 'CN=*.example.com,O=Example,C=US' : 'CN=Control',
      issuer: named ? 'CN=DigiCert TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US' : 'CN=Control',
      not_valid_before: start,
      not_valid_after: start + 86_400 * (named ? 398 : 3650),
    },
  };
}
