import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Database } from '../../ingest/case/database.js';

/** Features that every flow has. */
const FLOW: readonly (readonly [name: string, description: string])[] = [
  ['orig_size', 'bytes of the client (IP layer, else payload)'],
  ['resp_size', 'bytes of the server (IP layer, else payload)'],
  ['orig_pkts', 'packets of the client'],
  ['resp_pkts', 'packets of the server'],
  ['duration', 'seconds'],
  ['out_share', "the client's share of the bytes"],
  ['out_pkts_share', "the client's share of the packets"],
  ['orig_mean', 'bytes per packet of the client'],
  ['resp_mean', 'bytes per packet of the server'],
  ['regular', 'share of gaps between flows of the channel that are within 10 % of the gap before'],
  ['same_size', 'share of flows of the channel whose size is within 5 % of the one before'],
  ['tls_port', 'port usual for TLS'],
];

/** Features that need the handshake. */
const TLS: readonly (readonly [name: string, description: string])[] = [
  ['version', 'SSL 2 = 0 to TLS 1.3 = 5'],
  ['forward_secrecy', 'cipher with (EC)DHE'],
  ['aead', 'cipher with GCM, CCM or ChaCha20'],
  ['handshake', 'handshake completed'],
  ['resumed', 'session resumed'],
  ['alpn', 'an application protocol was agreed on'],
  ['x25519', 'key exchange over X25519'],
  ['sni_named', 'asks for a server by name, not by address or without any'],
  ['sni_length', 'length of the server name'],
  ['sni_dots', 'dots in the server name'],
  ['sni_digits', 'share of digits in the server name'],
  ['cert_seen', 'the server showed a certificate here or in another handshake'],
  ['self_signed', 'certificate signed by itself'],
  ['public_issuer', 'issued by an authority that browsers trust, by its name'],
  ['subject_fields', "fields of the certificate's subject"],
  ['validity_days', 'days from its first to its last day'],
  ['age_days', 'days from its first day to the flow'],
];

export type Variant = 'tls' | 'flow';
export const VARIANTS: readonly Variant[] = ['tls', 'flow'];

/** Names and meanings of the features of a variant: `tls` needs handshakes, `flow` does not. */
export const featuresOf = (variant: Variant): readonly (readonly [name: string, description: string])[] =>
  variant === 'tls' ? [...FLOW, ...TLS] : FLOW;

export const featureNames = (variant: Variant): string[] => featuresOf(variant).map(([name]) => name);

/** Makes the temporary table `https_rows(flow_id, tls, features)` from the views of a run. It can be dropped when read. */
export async function makeRows(db: Database): Promise<void> {
  for (const file of ['issuers.sql', 'features.sql'])
    await db.run(readFileSync(asset('models', 'https', file), 'utf8'));
}
