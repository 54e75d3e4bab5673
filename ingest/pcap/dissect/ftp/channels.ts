import { isIP } from 'node:net';

/** Where a data connection will go. */
export interface Endpoint {
  readonly host: string | undefined;
  readonly port: number;
}

/** `h1,h2,h3,h4,p1,p2` of PORT and of the answer to PASV. */
export function commaEndpoint(text: string): Endpoint | undefined {
  const match = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d, p, q] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  if ([a, b, c, d, p, q].some((n) => n > 255)) return undefined;
  return { host: `${a}.${b}.${c}.${d}`, port: p * 256 + q };
}

/** `|1|address|port|` of EPRT and of the answer to EPSV, which leaves the address out. */
export function barEndpoint(text: string): Endpoint | undefined {
  const match = /([|!#$%&~])(\d?)\1([0-9a-fA-F.:]*)\1(\d{1,5})\1/.exec(text);
  if (match === null || Number(match[4]) > 65535) return undefined;
  const host = match[3]!;
  if (host !== '' && isIP(host) === 0) return undefined;
  return { host: host === '' ? undefined : host, port: Number(match[4]) };
}
