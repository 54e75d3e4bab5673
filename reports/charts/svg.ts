import type { ScaleTime } from 'd3-scale';
import { utcFormat } from 'd3-time-format';
import { markup } from '../format/text.js';

export interface Picture {
  /** Prefix of the ids inside; one picture of a kind per page. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What it shows, for those who cannot see it. */
  readonly text: string;
  /** True when it holds links: then it is a group, whose parts can be reached. */
  readonly links?: boolean;
}

/** An SVG element that a screen reader announces as one picture. */
export function svg(picture: Picture, parts: readonly string[]): string {
  const { id, width, height, title, text } = picture;
  return `<svg viewBox="0 0 ${width} ${height.toFixed(0)}" width="${width}" height="${height.toFixed(0)}" role="${picture.links ? 'group' : 'img'}" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${markup(title)}</title><desc id="${id}-d">${markup(text)}</desc>${parts.join('')}</svg>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rectangles of one colour as the data of one path. */
export const toPath = (boxes: readonly Box[]): string =>
  boxes
    .map(
      (b) =>
        `M${b.x.toFixed(1)} ${b.y.toFixed(1)}h${b.width.toFixed(1)}v${b.height.toFixed(1)}h-${b.width.toFixed(1)}z`,
    )
    .join('');

const DAY = 86_400_000;

/** Room that the label of a tick needs: half as much again as its letters, as the last one may end where its tick is. */
const room = (label: string): number => label.length * 10.5 + 8;

/** Places and words of a time axis; a tick at midnight, or the first one, names the day. At most about `count` that do not touch. */
export function timeTicks(x: ScaleTime<number, number>, count: number): { at: number; label: string }[] {
  const ticks = ticksOf(x, count);
  const [a, b] = ticks;
  return count > 2 && a && b && b.at - a.at < room(b.label) ? timeTicks(x, count - 1) : ticks;
}

function ticksOf(x: ScaleTime<number, number>, count: number): { at: number; label: string }[] {
  const [first, last] = x.domain() as [Date, Date];
  const ticks = x.ticks(count);
  const step = ticks.length > 1 ? ticks[1]!.getTime() - ticks[0]!.getTime() : 0;
  const long = last.getTime() - first.getTime() > 300 * DAY;
  const short = utcFormat(
    step >= DAY
      ? long
        ? '%Y-%m'
        : '%m-%d'
      : step >= 60_000 || step === 0
        ? '%H:%M'
        : step >= 1000
          ? '%H:%M:%S'
          : '%S.%L s',
  );
  const dated = utcFormat('%Y-%m-%d');
  return ticks.map((t) => ({ at: x(t), label: t.getTime() % DAY === 0 && !long ? dated(t) : short(t) }));
}
