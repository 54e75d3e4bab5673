import { extent, max } from 'd3-array';
import { scaleLinear, scaleLog, scaleUtc } from 'd3-scale';
import { byteSize, span } from '../format/numbers.js';
import { svg, timeTicks } from './svg.js';

export interface ChannelPoint {
  /** Microseconds since the epoch. */
  readonly at: number;
  /** Seconds since the connection before; null for the first. */
  readonly gap: number | null;
  readonly bytes: number;
}

const WIDTH = 1040;
const LEFT = 92;
const RIGHT = 16;
const STRIP = 74;
const BETWEEN = 30;

/** Two strips over one time axis: seconds between connections, and bytes of each; both logarithmic. */
export function channelChart(channel: { id: string; points: readonly ChannelPoint[]; summary: string }): string {
  const { points } = channel;
  const [first, last] = extent(points, (p) => p.at / 1000) as [number, number];
  const x = scaleUtc()
    .domain([new Date(first), new Date(Math.max(last, first + 1))])
    .range([LEFT, WIDTH - RIGHT]);
  const gaps = points.filter((p) => p.gap !== null).map((p) => ({ at: p.at, value: p.gap! }));
  const sizes = points.map((p) => ({ at: p.at, value: p.bytes }));
  const top = 22;
  const second = top + STRIP + BETWEEN;
  const bottom = second + STRIP;
  const axis = timeTicks(x, 8).map(
    ({ at, label }) =>
      `<path class="grid" d="M${at.toFixed(1)} ${top}V${bottom + 4}"/><text class="tick" x="${at.toFixed(1)}" y="${bottom + 20}" text-anchor="${at > WIDTH - RIGHT - 36 ? 'end' : 'middle'}">${label}</text>`,
  );
  return svg(
    { id: `channel-${channel.id}`, width: WIDTH, height: bottom + 30, title: channel.summary, text: channel.summary },
    [
      ...axis,
      strip(gaps, x, top, 'Time between connections', (v) => span(v), 0.001),
      strip(sizes, x, second, 'Bytes of each', (v) => byteSize(v), 1),
    ],
  );
}

interface Value {
  readonly at: number;
  readonly value: number;
}

function strip(
  values: readonly Value[],
  x: (at: Date) => number,
  top: number,
  title: string,
  show: (v: number) => string,
  least: number,
): string {
  const positive = values.map((v) => Math.max(least, v.value));
  const [low, high] = [Math.min(...positive), max(positive) ?? least];
  // A constant series sits in the middle; a small spread is not blown up to the height of the strip.
  const wide = high / low >= 4;
  const y = (wide ? scaleLog().domain([low, high]) : scaleLinear().domain([low * 0.5, high * 1.5])).range([
    top + STRIP - 6,
    top + 6,
  ]);
  const marks = (wide ? [low, high] : [high]).map(
    (v) =>
      `<path class="grid" d="M${LEFT} ${y(v).toFixed(1)}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${(y(v) + 4).toFixed(1)}" text-anchor="end">${show(v)}</text>`,
  );
  const dots = values.map((v) => `M${x(new Date(v.at / 1000)).toFixed(1)} ${y(Math.max(least, v.value)).toFixed(1)}h0`);
  return `${marks.join('')}<text class="lane" x="0" y="${top - 8}">${title}</text><path class="points" d="${dots.join('')}"/>`;
}
