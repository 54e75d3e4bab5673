/** Times `YYYY-MM-DD HH:MM:SS…` of a table: the days from the first to the last, and how a cell shows one of them. */
export function daysOf(times: readonly string[]): { readonly days: string; readonly shown: (time: string) => string } {
  let first = '';
  let last = '';
  for (const time of times) {
    const day = time.slice(0, 10);
    if (first === '' || day < first) first = day;
    if (day > last) last = day;
  }
  // The day stands in the title; where there are more, a cell needs its own.
  return first === last
    ? { days: first, shown: (time) => time.slice(11, 19) }
    : { days: `${first} to ${last}`, shown: (time) => time.slice(5, 19) };
}
