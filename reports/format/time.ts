/** Milliseconds of a time as the queries give it (`YYYY-MM-DDTHH:MM:SS.ffffffZ`); NaN for years beyond 9999. */
export const millis = (iso: string): number => Date.parse(`${iso.slice(0, 23)}Z`);

/** `2026-03-02 08:41:07`. */
export const dateTime = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, '');

/** `2026-03-02`. */
export const day = (iso: string): string => iso.slice(0, iso.indexOf('T') < 0 ? undefined : iso.indexOf('T'));

/** `08:41:07`. */
export const clock = (iso: string): string => dateTime(iso).slice(day(iso).length + 1);

/** `08:41`. */
export const minute = (iso: string): string => clock(iso).slice(0, 5);

/** A span in as few words as it takes: the day once when both ends share it. */
export function between(from: string, to: string): string {
  if (from === to) return dateTime(from);
  return day(from) === day(to) ? `${day(from)} ${clock(from)} to ${clock(to)}` : `${dateTime(from)} to ${dateTime(to)}`;
}

/** A window: `2026-03-02 09:00 to 10:00`. */
export function windowName(start: string, end: string): string {
  const seconds = start.slice(17, 19) !== '00' || end.slice(17, 19) !== '00';
  const short = seconds ? clock : minute;
  return day(start) === day(end)
    ? `${day(start)} ${short(start)} to ${short(end)}`
    : `${day(start)} ${short(start)} to ${day(end)} ${short(end)}`;
}
