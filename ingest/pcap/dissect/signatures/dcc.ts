/** Where the sender of a file waits, from `DCC SEND name address port size`; the address is one decimal number. */
export function dccEndpoint(text: string): { host: string; port: number } | undefined {
  const match = /\x01DCC SEND [^\x01\r\n]{1,255} (\d{1,10}) (\d{1,5})(?: \d+)?[ \x01]/.exec(text);
  if (match === null) return undefined;
  const [address, port] = [Number(match[1]), Number(match[2])];
  if (address > 0xffffffff || port === 0 || port > 65535) return undefined;
  return { host: [24, 16, 8, 0].map((shift) => (address / 2 ** shift) & 255).join('.'), port };
}
