const URL_SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * An indicator that no reader turns into a link: `hxxp://`, `[.]`, `[:]`. Hashes and other words without dots and colons
 * stay as they are.
 */
export function defanged(indicator: string): string {
  const scheme = URL_SCHEME.exec(indicator);
  if (!scheme) return marked(indicator);
  const rest = indicator.slice(scheme[0].length);
  const end = rest.search(/[/?#]/);
  const host = end < 0 ? rest : rest.slice(0, end);
  return `${scheme[1]!.replace(/^http/i, 'hxxp').replace(/^ftp/i, 'fxp')}://${marked(host)}${end < 0 ? '' : rest.slice(end)}`;
}

const marked = (text: string): string => text.replaceAll('.', '[.]').replaceAll(':', '[:]').replaceAll('@', '[@]');
