import { createHash } from 'node:crypto';
import type { FlowContext, Session, SharedState } from '../dissector.js';
import { type Certificate, parseCertificate } from './certificate.js';

const MAX_CACHED = 2048;
const MAX_REPORTED = 65536;

/** Certificates of a session: read once, written to `x509` once. */
export class KnownCertificates implements SharedState {
  private readonly session: Session;
  private readonly cache = new Map<string, Certificate>();
  private readonly reported = new Set<string>();

  constructor(session: Session) {
    this.session = session;
  }

  get(der: Uint8Array): Certificate {
    const key = createHash('sha1').update(der).digest('base64');
    let certificate = this.cache.get(key);
    if (certificate === undefined) {
      certificate = parseCertificate(der);
      this.cache.set(key, certificate);
      if (this.cache.size > MAX_CACHED) this.cache.delete(this.cache.keys().next().value!);
    }
    return certificate;
  }

  report(flow: FlowContext, ts: number, c: Certificate, host: boolean, client: boolean): void {
    if (!c.parsed || this.reported.has(c.sha256)) return;
    if (this.reported.size >= MAX_REPORTED) this.reported.delete(this.reported.keys().next().value!);
    this.reported.add(c.sha256);
    const list = (names: string[]) => (names.length > 0 ? names : undefined);
    this.session.out.emit('x509', {
      ts,
      uid: flow.uid,
      fingerprint: c.sha256,
      version: c.version,
      serial: c.serial,
      subject: c.subject,
      issuer: c.issuer,
      not_before: c.notBefore,
      not_after: c.notAfter,
      key_alg: c.keyAlg,
      sig_alg: c.sigAlg,
      key_type: c.keyType,
      key_length: c.keyLength,
      exponent: c.exponent,
      curve: c.curve,
      san_dns: list(c.sanDns),
      san_uri: list(c.sanUri),
      san_email: list(c.sanEmail),
      san_ip: list(c.sanIp),
      basic_constraints_ca: c.ca,
      basic_constraints_path_len: c.pathLength,
      host_cert: host,
      client_cert: client,
    });
  }

  finish(): void {
    this.cache.clear();
    this.reported.clear();
  }
}

/** The certificates of a session: `session.shared(knownCertificates)`. */
export function knownCertificates(session: Session): KnownCertificates {
  return new KnownCertificates(session);
}
