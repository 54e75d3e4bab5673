/** `path` seen from the directory `cwd`, with `..` and repeated slashes resolved; the unknown start is `.`. */
export function joinPath(cwd: string, path: string): string {
  const whole = path.startsWith('/') ? path : `${cwd}/${path}`;
  const absolute = whole.startsWith('/');
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '') continue;
    if (part === '.' && parts.length > 0) continue;
    const last = parts.at(-1);
    if (part === '..' && last !== undefined && last !== '..') parts.pop();
    else if (part === '..' && absolute && last === undefined) continue;
    else parts.push(part);
  }
  return (absolute ? '/' : '') + parts.join('/');
}

/** URL of a file on the server. */
export function ftpUrl(host: string, cwd: string, path: string): string {
  const full = joinPath(cwd, path);
  return `ftp://${host.includes(':') ? `[${host}]` : host}${full.startsWith('/') ? '' : '/'}${full}`;
}

/** Directory named in the answer to PWD. */
export function quotedPath(message: string): string | undefined {
  return /"((?:[^"]|"")*)"/.exec(message)?.[1]?.replaceAll('""', '"');
}
