import type { FlowContext, Session, SharedState } from '../dissector.js';
import { type Certificate, parseCertificate } from './certificate.js';

const MAX_CACHED = 2048;
const MAX_REPORTED = 65536;

interface Cached {
  readonly der: Uint8Array;
  readonly certificate: Certificate;
}

/** Certificates of a session: read once, written to `x509` once. */
export class KnownCertificates implements SharedState {
  private readonly session: Session;
  private readonly cache = new Map<number, Cached>();
  private readonly reported = new Set<string>();

  constructor(session: Session) {
    this.session = session;
  }

  /** The certificate in `buf[start, end)`. */
  get(buf: Uint8Array, start: number, end: number): Certificate {
    // A certificate ends with its signature, which is as good as random.
    let key = end - start;
    for (let k = Math.max(start, end - 16); k < end; k++) key = Math.imul(key ^ buf[k]!, 0x01000193);
    const known = this.cache.get(key);
    if (known !== undefined && equal(known.der, buf, start, end)) return known.certificate;
    const der = buf.slice(start, end);
    const certificate = parseCertificate(der);
    if (this.cache.size >= MAX_CACHED) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(key, { der, certificate });
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

function equal(der: Uint8Array, buf: Uint8Array, start: number, end: number): boolean {
  if (der.length !== end - start) return false;
  for (let k = 0; k < der.length; k++) if (der[k] !== buf[start + k]) return false;
  return true;
}

/** The certificates of a session: `session.shared(knownCertificates)`. */
export function knownCertificates(session: Session): KnownCertificates {
  return new KnownCertificates(session);
}
