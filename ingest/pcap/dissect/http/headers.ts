import { fromLatin1 } from '../text.js';

const PROXY_HEADERS = new Set([
  'FORWARDED',
  'X-FORWARDED-FOR',
  'X-FORWARDED-FROM',
  'CLIENT-IP',
  'VIA',
  'XROXY-CONNECTION',
  'PROXY-CONNECTION',
]);

/** Whether a header tells about a proxy on the way. */
export function isProxyHeader(name: string): boolean {
  return PROXY_HEADERS.has(name);
}

/** Headers that decide how a message is read. */
export interface BodyHeaders {
  length: number | undefined;
  chunked: boolean;
  encoding: string | undefined;
  filename: string | undefined;
  boundary: string | undefined;
  /** The body is a mail. */
  message: boolean;
  upgrade: string | undefined;
}

/** No headers yet. */
export function noHeaders(): BodyHeaders {
  return {
    length: undefined,
    chunked: false,
    encoding: undefined,
    filename: undefined,
    boundary: undefined,
    message: false,
    upgrade: undefined,
  };
}

/** Notes what a header says about the body; `name` in upper case. */
export function noteHeader(headers: BodyHeaders, name: string, value: string): void {
  switch (name) {
    case 'CONTENT-LENGTH':
      headers.length = contentLength(value);
      break;
    case 'TRANSFER-ENCODING':
      if (value.toLowerCase().includes('chunked')) headers.chunked = true;
      break;
    case 'CONTENT-ENCODING': {
      const encoding = value.trim().toLowerCase();
      if (encoding === 'gzip' || encoding === 'x-gzip') headers.encoding = 'gzip';
      else if (encoding === 'deflate') headers.encoding = 'deflate';
      break;
    }
    case 'CONTENT-DISPOSITION':
      headers.filename = dispositionName(value);
      break;
    case 'CONTENT-TYPE':
      headers.boundary = boundaryOf(value);
      headers.message = /^\s*message\/rfc822/i.test(value);
      break;
    case 'UPGRADE':
      headers.upgrade = value.trim().toLowerCase();
  }
}

/** Bytes that a Content-Length announces; undefined for none, nonsense or a number beyond 63 bits. */
export function contentLength(value: string): number | undefined {
  const digits = /^\s*(\d+)/.exec(value)?.[1];
  if (digits === undefined || Number(digits) >= 2 ** 63) return undefined;
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/** The file name of a Content-Disposition header. */
export function dispositionName(value: string): string | undefined {
  const extended = /filename\*\s*=\s*([\w-]*)'[^']*'([^;]+)/i.exec(value);
  if (extended !== null) return fromLatin1(percentDecoded(extended[2]!.trim().replace(/^"|"$/g, '')));
  const plain = /filename\s*=\s*(?:"([^"]*)"?|([^;\s]+))/i.exec(value);
  const name = plain?.[1] ?? plain?.[2];
  return name === undefined || name === '' ? undefined : fromLatin1(name);
}

/** The boundary of a multipart Content-Type. */
export function boundaryOf(value: string): string | undefined {
  if (!/^\s*multipart\//i.test(value)) return undefined;
  const match = /boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(value);
  return match?.[1] ?? match?.[2];
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
