import { ipv4, ipv6 } from '../bytes.js';
import type { Message, Resource } from './message.js';
import { typeName } from './names.js';

const NONE = 254;
const ANY = 255;

/** What a dynamic update (RFC 2136) asks for, one string per record. */
export function updateTexts(
  buf: Uint8Array,
  message: Message,
): { texts: string[]; ttls: number[]; name: string | undefined } {
  const texts: string[] = [];
  for (const record of message.answers) texts.push(`pre: ${prerequisite(record)}`);
  for (const record of message.authority) texts.push(update(buf, record));
  const records = [...message.answers, ...message.authority];
  return { texts, ttls: records.map((r) => r.ttl), name: records[0]?.name };
}

function prerequisite({ qclass, type, name }: Resource): string {
  const kind = type === ANY ? 'Name' : 'RRSet';
  const negated = qclass === NONE ? 'No' : '';
  return type === ANY ? `${negated}${kind} ${name}` : `${negated}${kind} ${typeName(type)} ${name}`;
}

function update(buf: Uint8Array, { qclass, type, name, start, end }: Resource): string {
  if (qclass === ANY) return type === ANY ? `del: Name ${name}` : `del: RRSet ${typeName(type)}`;
  const data =
    type === 1 && end - start === 4 ? ipv4(buf, start) : type === 28 && end - start === 16 ? ipv6(buf, start) : '';
  return `${qclass === NONE ? 'del' : 'add'}: ${typeName(type)} ${name} ${data}`.trimEnd();
}
