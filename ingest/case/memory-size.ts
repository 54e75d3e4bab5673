/**
 * A size such as `512MB`, `2GB` or `1.5 GiB` (both kinds of unit count in thousands, as DuckDB's limit does).
 * @returns megabytes, or undefined when the text is no size
 */
export function megabytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT])i?B$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = { K: 0.001, M: 1, G: 1000, T: 1_000_000 }[match[2]!.toUpperCase() as 'K' | 'M' | 'G' | 'T'];
  return Number(match[1]) * unit;
}
