import { createHash } from 'node:crypto';
import type { Hello } from './hello.js';
import { isGrease } from './names.js';

const md5 = (s: string) => createHash('md5').update(s).digest('hex');
const sha = (s: string) => (s === '' ? '000000000000' : createHash('sha256').update(s).digest('hex').slice(0, 12));
const real = (list: readonly number[]) => list.filter((v) => !isGrease(v));
const hex4 = (v: number) => v.toString(16).padStart(4, '0');

/** JA3 of a ClientHello. */
export function ja3(hello: Hello): string {
  const parts = [real(hello.ciphers), real(hello.extensions), real(hello.groups), hello.pointFormats];
  return md5([hello.version, ...parts.map((p) => p.join('-'))].join(','));
}

/** Servers answer in few ways. */
const MAX_KNOWN = 4096;
const known = new Map<string, string>();

/** JA3S of a ServerHello. */
export function ja3s(hello: Hello): string {
  const text = `${hello.version},${hello.ciphers[0] ?? 0},${hello.extensions.join('-')}`;
  let digest = known.get(text);
  if (digest === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    digest = md5(text);
    known.set(text, digest);
  }
  return digest;
}

const VERSIONS: Record<number, string> = {
  2: 's2',
  768: 's3',
  769: '10',
  770: '11',
  771: '12',
  772: '13',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
};

function alpnCode(alpn: string | undefined): string {
  if (alpn === undefined || alpn === '') return '00';
  const first = alpn[0]!;
  const last = alpn.at(-1)!;
  if (/[0-9A-Za-z]/.test(first) && /[0-9A-Za-z]/.test(last)) return first + last;
  const bytes = Buffer.from(alpn, 'utf8').toString('hex');
  return bytes[0]! + bytes.at(-1)!;
}

/** JA4 of a ClientHello that came over TCP (`t`), QUIC (`q`) or DTLS (`d`). */
export function ja4(hello: Hello, transport: 't' | 'q' | 'd'): string {
  const ciphers = real(hello.ciphers).map(hex4).sort();
  const extensions = real(hello.extensions);
  const offered = real(hello.versions);
  const version = offered.length > 0 ? highest(offered) : hello.version;
  const count = (n: number) => String(Math.min(n, 99)).padStart(2, '0');
  const sni = hello.extensions.includes(0) ? 'd' : 'i';
  const a = `${transport}${VERSIONS[version] ?? '00'}${sni}${count(ciphers.length)}${count(extensions.length)}${alpnCode(hello.alpn[0])}`;
  const hashed = extensions
    .filter((e) => e !== 0 && e !== 16)
    .map(hex4)
    .sort()
    .join(',');
  const signatures = real(hello.signatures).map(hex4).join(',');
  return `${a}_${sha(ciphers.join(','))}_${sha(signatures === '' ? hashed : `${hashed}_${signatures}`)}`;
}

/** DTLS numbers fall while its versions rise. */
function highest(versions: number[]): number {
  const dtls = versions.filter((v) => v >= 0xfe00);
  return dtls.length > 0 ? Math.min(...dtls) : Math.max(...versions);
}
