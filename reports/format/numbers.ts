const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** An integer with a thin grouping that no locale decides: `12,345`. */
export function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Bytes in decimal units with three significant digits: `1.24 MB`. */
export function byteSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return `${value.toFixed(0)} B`;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** A score or a confidence: two decimals, never rounded up to 1.00. */
export function score(value: number): string {
  return value < 1 && value > 0.99 ? (Math.floor(value * 1000) / 1000).toFixed(3) : value.toFixed(2);
}

/** `1 flow`, `2 flows`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** Seconds as people say them: `48 s`, `12 min`, `3 h 2 min`, `5 d 1 h`. */
export function span(seconds: number): string {
  if (seconds < 1) return `${(seconds * 1000).toFixed(seconds > 0 && seconds < 0.00995 ? 1 : 0)} ms`;
  if (seconds < 119.5) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${grouped(days)} d` : `${grouped(days)} d ${hours % 24} h`;
}
