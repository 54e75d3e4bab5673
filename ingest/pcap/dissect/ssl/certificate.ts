import { createHash } from 'node:crypto';
import { hex, ipv4, ipv6 } from '../bytes.js';
import { text } from '../text.js';
import { children, type Der, derAt, derTime, oid } from './der.js';
import { commonName, nameText } from './dn.js';
import { CURVE_NAMES, KEY_NAMES, SIGNATURE_NAMES } from './oids.js';

/**
 * A certificate taken apart. Read by our own DER walk and not by node:crypto: it reads what OpenSSL refuses (unknown
 * key types, broken extensions) and gives the same text under every Node version.
 */
export interface Certificate {
  readonly sha1: string;
  readonly sha256: string;
  /** False when the bytes are no certificate; only the hashes are set then. */
  readonly parsed: boolean;
  version?: number | undefined;
  serial?: string;
  subject?: string;
  issuer?: string;
  commonName?: string | undefined;
  notBefore?: number | undefined;
  notAfter?: number | undefined;
  keyAlg?: string;
  sigAlg?: string;
  keyType?: string | undefined;
  keyLength?: number | undefined;
  exponent?: string | undefined;
  curve?: string | undefined;
  sanDns: string[];
  sanUri: string[];
  sanEmail: string[];
  sanIp: string[];
  ca?: boolean | undefined;
  pathLength?: number | undefined;
  /** Host names that were asked for, with the answers. */
  readonly hosts: Map<string, boolean>;
}

const MAX_NAMES = 256;

/** Reads a certificate; hashes are always set. */
export function parseCertificate(der: Uint8Array): Certificate {
  const sha1 = createHash('sha1').update(der).digest('hex');
  const sha256 = createHash('sha256').update(der).digest('hex');
  const names = { sanDns: [], sanUri: [], sanEmail: [], sanIp: [], hosts: new Map<string, boolean>() };
  const [body, signature] = children(derAt(der, 0, der.length));
  const fields = children(body);
  const versioned = fields[0]?.tag === 0xa0;
  const [serial, , issuer, validity, subject, key] = versioned ? fields.slice(1) : fields;
  if (serial === undefined || validity === undefined || subject === undefined || key === undefined) {
    return { sha1, sha256, parsed: false, ...names };
  }
  const versionNumber = versioned ? children(fields[0])[0] : undefined;
  const [notBefore, notAfter] = children(validity);
  const certificate: Certificate = {
    sha1,
    sha256,
    parsed: true,
    ...names,
    version: versionNumber === undefined ? 1 : (der[versionNumber.end - 1] ?? 0) + 1,
    serial: serialText(serial),
    subject: nameText(subject),
    issuer: nameText(issuer),
    commonName: commonName(subject),
    notBefore: derTime(notBefore),
    notAfter: derTime(notAfter),
    sigAlg: named(SIGNATURE_NAMES, oid(children(signature)[0])),
    keyAlg: '',
  };
  publicKey(certificate, key);
  const extensions = fields.find((f) => f.tag === 0xa3);
  for (const entry of children(children(extensions)[0])) extension(certificate, entry);
  return certificate;
}

function named(names: Record<string, string>, id: string): string {
  return names[id] ?? id;
}

function serialText({ buf, start, end }: Der): string {
  let from = start;
  while (from < end - 1 && buf[from] === 0) from++;
  return hex(buf, from, end).toUpperCase();
}

function publicKey(certificate: Certificate, key: Der): void {
  const [algorithm, bits] = children(key);
  const [type, parameter] = children(algorithm);
  const id = oid(type);
  certificate.keyAlg = named(KEY_NAMES, id);
  if (bits === undefined) return;
  if (certificate.keyAlg === 'rsaEncryption') {
    certificate.keyType = 'rsa';
    const [modulus, exponent] = children(derAt(bits.buf, bits.start + 1, bits.end));
    if (modulus !== undefined) certificate.keyLength = bitLength(modulus);
    if (exponent !== undefined)
      certificate.exponent = BigInt(
        `0x${hex(exponent.buf, exponent.start, Math.min(exponent.end, exponent.start + 64)) || '0'}`,
      ).toString();
  } else if (certificate.keyAlg === 'id-ecPublicKey') {
    certificate.keyType = 'ecdsa';
    const curve = CURVE_NAMES[oid(parameter)];
    certificate.curve = curve?.[0];
    certificate.keyLength = curve?.[1];
  } else if (certificate.keyAlg === 'dsaEncryption') {
    certificate.keyType = 'dsa';
    const prime = children(parameter)[0];
    if (prime !== undefined) certificate.keyLength = bitLength(prime);
  }
}

function bitLength({ buf, start, end }: Der): number {
  let from = start;
  while (from < end && buf[from] === 0) from++;
  return from >= end ? 0 : (end - from) * 8 - Math.clz32(buf[from]!) + 24;
}

function extension(certificate: Certificate, entry: Der): void {
  const parts = children(entry);
  const value = parts.at(-1);
  if (value === undefined || value.tag !== 4) return;
  const content = derAt(value.buf, value.start, value.end);
  switch (oid(parts[0])) {
    case '2.5.29.17':
      for (const name of children(content)) alternativeName(certificate, name);
      break;
    case '2.5.29.19': {
      const [first, second] = children(content);
      certificate.ca = first?.tag === 1 && first.buf[first.start] !== 0;
      const length = first?.tag === 2 ? first : second;
      if (length !== undefined) certificate.pathLength = length.buf[length.end - 1];
    }
  }
}

function alternativeName(certificate: Certificate, { tag, buf, start, end }: Der): void {
  const lists: Record<number, string[]> = {
    129: certificate.sanEmail,
    130: certificate.sanDns,
    134: certificate.sanUri,
  };
  const list = lists[tag];
  if (list !== undefined && list.length < MAX_NAMES) list.push(text(buf, start, end, 1024));
  if (tag !== 135 || certificate.sanIp.length >= MAX_NAMES) return;
  if (end - start === 4) certificate.sanIp.push(ipv4(buf, start));
  else if (end - start === 16) certificate.sanIp.push(ipv6(buf, start));
}

/** Whether the certificate was made for this host name (RFC 6125: alternative names, else the common name). */
export function matchesHost(certificate: Certificate, host: string): boolean {
  const { hosts } = certificate;
  let answer = hosts.get(host);
  if (answer === undefined) {
    if (hosts.size >= MAX_NAMES) hosts.clear();
    answer = matches(certificate, host);
    hosts.set(host, answer);
  }
  return answer;
}

function matches(certificate: Certificate, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, '');
  if (certificate.sanIp.includes(wanted)) return true;
  const names =
    certificate.sanDns.length > 0
      ? certificate.sanDns
      : certificate.commonName === undefined
        ? []
        : [certificate.commonName];
  return names.some((name) => {
    const pattern = name.toLowerCase().replace(/\.$/, '');
    if (pattern === wanted) return true;
    if (!pattern.startsWith('*.')) return false;
    const dot = wanted.indexOf('.');
    return dot > 0 && wanted.slice(dot) === pattern.slice(1) && pattern.slice(2).includes('.');
  });
}
