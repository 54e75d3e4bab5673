import { isIP } from 'node:net';

/** Mail addresses in a text, in order. */
export function addresses(text: string): string[] {
  return text.match(/[^\s<>:,"';()[\]]+@[^\s<>,"';()[\]]+|(?<=<)[^\s<>@]+(?=>)/g) ?? [];
}

/** The IP address that tells where a mail came from: the second one in a header if there are two. */
export function findAddress(text: string): string | undefined {
  const found = (text.match(/\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}/g) ?? []).filter(
    (a) => isIP(a) !== 0,
  );
  return found[1] ?? found[0];
}
