import { hex } from '../bytes.js';
import { fromLatin1, text } from '../text.js';
import { children, type Der, oid } from './der.js';

const SHORT: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

/** Text of a string element of any of ASN.1's string types. */
export function derText({ tag, buf, start, end }: Der): string {
  if (tag === 0x1e) {
    let s = '';
    for (let i = start; i + 1 < end; i += 2) s += String.fromCharCode((buf[i]! << 8) | buf[i + 1]!);
    return fromLatin1(Buffer.from(s, 'utf8').toString('latin1'));
  }
  return text(buf, start, end, 2048);
}

function escaped(value: string): string {
  return value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^([ #])/, '\\$1')
    .replace(/ $/, '\\ ');
}

/** A distinguished name as RFC 4514 writes it: last part first. */
export function nameText(name: Der | undefined): string {
  const parts: string[] = [];
  for (const set of children(name)) {
    const pairs = children(set).map((attribute) => {
      const [type, value] = children(attribute);
      const id = oid(type);
      if (value === undefined) return '';
      const short = SHORT[id];
      return short === undefined
        ? `${id}=#${hex(value.buf, value.from, value.end)}`
        : `${short}=${escaped(derText(value))}`;
    });
    parts.push(pairs.reverse().join('+'));
  }
  return parts.reverse().join(',');
}

/** The last common name of a distinguished name. */
export function commonName(name: Der | undefined): string | undefined {
  let found: string | undefined;
  for (const set of children(name)) {
    for (const attribute of children(set)) {
      const [type, value] = children(attribute);
      if (value !== undefined && oid(type) === '2.5.4.3') found = derText(value);
    }
  }
  return found;
}
