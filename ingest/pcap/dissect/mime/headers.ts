import { boundaryOf, dispositionName } from '../http/headers.js';

/** How the content of an entity is packed. */
export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable';

/** What the headers of an entity say about its content. */
export interface EntityHeaders {
  boundary: string | undefined;
  message: boolean;
  encoding: TransferEncoding;
  filename: string | undefined;
}

/** No headers yet. */
export function noEntityHeaders(): EntityHeaders {
  return { boundary: undefined, message: false, encoding: 'identity', filename: undefined };
}

/** Notes what a header says; `name` in upper case. */
export function noteEntityHeader(headers: EntityHeaders, name: string, value: string): void {
  if (name === 'CONTENT-TYPE') {
    headers.boundary = boundaryOf(value);
    headers.message = /^\s*message\/rfc822/i.test(value);
    headers.filename ??= /\bname\s*=/i.test(value)
      ? dispositionName(value.replace(/\bname\s*=/i, 'filename='))
      : undefined;
  } else if (name === 'CONTENT-TRANSFER-ENCODING') {
    const encoding = value.trim().toLowerCase();
    if (encoding === 'base64' || encoding === 'quoted-printable') headers.encoding = encoding;
  } else if (name === 'CONTENT-DISPOSITION') headers.filename = dispositionName(value) ?? headers.filename;
}
