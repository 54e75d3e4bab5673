import { millis } from '../../format/time.js';

const TEN_YEARS = 10 * 365.25 * 86_400_000;
const DAY = 86_400_000;

/** Days that are drawn, and flows outside of them. */
export interface DayRange {
  readonly from: string;
  readonly until: string;
  readonly outside: number;
}

/** Days within ten years of the median flow: clocks of broken captures lie decades away. */
export function dayRange(days: readonly { day: string; flows: number }[]): DayRange | null {
  const dated = days.map((d) => ({ ...d, ms: millis(d.day) })).filter((d) => Number.isFinite(d.ms));
  const total = dated.reduce((sum, d) => sum + d.flows, 0);
  let seen = 0;
  const median = dated.find((d) => {
    seen += d.flows;
    return seen * 2 >= total;
  });
  if (!median) return null;
  const near = dated.filter((d) => Math.abs(d.ms - median.ms) <= TEN_YEARS);
  const inside = near.reduce((sum, d) => sum + d.flows, 0);
  const all = days.reduce((sum, d) => sum + d.flows, 0);
  return { from: stamp(near[0]!.ms), until: stamp(near.at(-1)!.ms + DAY), outside: all - inside };
}

const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

const SECOND = 1_000_000;
const WIDTHS = [
  1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 7_776_000,
  31_536_000,
].map((s) => s * SECOND);

/** The smallest round width (microseconds) that needs at most `bins` bars. */
export const barWidth = (spanUs: number, bins: number): number =>
  WIDTHS.find((w) => spanUs / w <= bins - 1) ?? WIDTHS.at(-1)!;
