const VERSIONS: Record<number, string> = {
  2: 'SSLv2',
  768: 'SSLv3',
  769: 'TLSv10',
  770: 'TLSv11',
  771: 'TLSv12',
  772: 'TLSv13',
  65279: 'DTLSv10',
  65277: 'DTLSv12',
  65276: 'DTLSv13',
};

const CURVES = [
  '',
  'sect163k1',
  'sect163r1',
  'sect163r2',
  'sect193r1',
  'sect193r2',
  'sect233k1',
  'sect233r1',
  'sect239k1',
  'sect283k1',
  'sect283r1',
  'sect409k1',
  'sect409r1',
  'sect571k1',
  'sect571r1',
  'secp160k1',
  'secp160r1',
  'secp160r2',
  'secp192k1',
  'secp192r1',
  'secp224k1',
  'secp224r1',
  'secp256k1',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
  'x25519',
  'x448',
  'brainpoolP256r1tls13',
  'brainpoolP384r1tls13',
  'brainpoolP512r1tls13',
  'GC256A',
  'GC256B',
  'GC256C',
  'GC256D',
  'GC512A',
  'GC512B',
  'GC512C',
  'curveSM2',
];

const MORE_CURVES: Record<number, string> = {
  256: 'ffdhe2048',
  257: 'ffdhe3072',
  258: 'ffdhe4096',
  259: 'ffdhe6144',
  260: 'ffdhe8192',
  512: 'MLKEM512',
  513: 'MLKEM768',
  514: 'MLKEM1024',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
  25497: 'X25519Kyber768Draft00',
  25498: 'SecP256r1Kyber768Draft00',
  65281: 'arbitrary_explicit_prime_curves',
  65282: 'arbitrary_explicit_char2_curves',
};

const ALERTS: Record<number, string> = {
  0: 'close_notify',
  1: 'end_of_early_data',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  60: 'export_restriction',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  111: 'certificate_unobtainable',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  114: 'bad_certificate_hash_value',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
  121: 'ech_required',
};

/** Letters of `ssl_history`, for the client; the server's are lower case. */
const LETTERS: Record<number, string> = {
  0: 'H',
  1: 'C',
  2: 'S',
  3: 'V',
  4: 'T',
  5: 'E',
  6: 'J',
  8: 'O',
  11: 'X',
  12: 'K',
  13: 'R',
  14: 'N',
  15: 'Y',
  16: 'G',
  20: 'F',
  21: 'W',
  22: 'U',
  23: 'A',
  24: 'P',
  254: 'M',
};

/** Zeek's name of a protocol version. */
export function versionName(version: number): string {
  if (version >> 8 === 0x7f || version >> 8 === 0x7e) return `TLSv13-draft${version & 0xff}`;
  return VERSIONS[version] ?? `unknown-${version}`;
}

/** Name of an elliptic curve or group. */
export function curveName(curve: number): string {
  return CURVES[curve] || (MORE_CURVES[curve] ?? `unknown-${curve}`);
}

/** Name of an alert. */
export function alertName(alert: number): string {
  return ALERTS[alert] ?? `unknown-${alert}`;
}

/** Letter of a handshake message. */
export function handshakeLetter(type: number): string {
  return LETTERS[type] ?? 'Z';
}

/** Values that clients send to keep servers tolerant (RFC 8701). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}
