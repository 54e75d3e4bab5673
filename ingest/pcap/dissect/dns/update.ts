import { ipv4, ipv6 } from '../bytes.js';
import { ANSWER, AUTHORITY, type Message } from './message.js';
import { typeName } from './names.js';

const NONE = 254;
const ANY = 255;

/** What a dynamic update (RFC 2136) asks for, one string per record. */
export function updateTexts(
  buf: Uint8Array,
  message: Message,
): { texts: string[]; ttls: number[]; name: string | undefined } {
  const texts: string[] = [];
  const ttls: number[] = [];
  let name: string | undefined;
  for (const section of [ANSWER, AUTHORITY]) {
    const first = message.first[section]!;
    for (let record = first; record < first + message.found[section]!; record++) {
      texts.push(section === ANSWER ? `pre: ${prerequisite(message, record)}` : update(buf, message, record));
      ttls.push(message.ttlOf(record));
      name ??= message.nameOf(record);
    }
  }
  return { texts, ttls, name };
}

function prerequisite(message: Message, record: number): string {
  const type = message.type[record]!;
  const qclass = message.qclass[record]!;
  const name = message.nameOf(record);
  const kind = type === ANY ? 'Name' : 'RRSet';
  const negated = qclass === NONE ? 'No' : '';
  return type === ANY ? `${negated}${kind} ${name}` : `${negated}${kind} ${typeName(type)} ${name}`;
}

function update(buf: Uint8Array, message: Message, record: number): string {
  const type = message.type[record]!;
  const qclass = message.qclass[record]!;
  const start = message.start[record]!;
  const end = message.stop[record]!;
  const name = message.nameOf(record);
  if (qclass === ANY) return type === ANY ? `del: Name ${name}` : `del: RRSet ${typeName(type)}`;
  const data =
    type === 1 && end - start === 4 ? ipv4(buf, start) : type === 28 && end - start === 16 ? ipv6(buf, start) : '';
  return `${qclass === NONE ? 'del' : 'add'}: ${typeName(type)} ${name} ${data}`.trimEnd();
}
