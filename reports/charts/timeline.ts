import { max } from 'd3-array';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { counted, grouped } from '../format/numbers.js';
import { clipped, markup } from '../format/text.js';
import type { TimelineData } from '../sections/timeline/section.js';
import { svg, timeTicks, toPath } from './svg.js';

const WIDTH = 1040;
const LEFT = 218;
const RIGHT = 16;
const TOP = 12;
const BARS = 110;
const LANE = 24;
const LEVELS = new Set(['info', 'low', 'medium', 'high', 'critical']);

/** Flows as bars; below them a lane for alerts and one per detection. Colours come from the page. */
export function timelineChart(data: TimelineData): string {
  const x = scaleUtc()
    .domain([new Date(data.first_us / 1000), new Date((data.last_us + data.bar_us) / 1000)])
    .range([LEFT, WIDTH - RIGHT]);
  const at = (us: number): number => Math.max(LEFT, x(us / 1000));
  const lanes = [
    ...(data.alerts.length > 0 ? [{ title: 'Alerts', marks: data.alerts.map((a) => ({ ...a, level: 'alert' })) }] : []),
    ...data.lanes,
  ];
  const lanesTop = TOP + BARS + 14;
  const bottom = lanesTop + lanes.length * LANE;
  const parts = [
    bars(data, at),
    ...lanes.map((lane, i) => laneMarks(lane, lanesTop + i * LANE, (us) => at(us + data.bar_us / 2))),
    axis(x, bottom),
    `<text class="tick" x="0" y="${bottom + 20}">${firstDay(data.first_us)}, UTC</text>`,
  ];
  return svg(
    {
      id: 'timeline',
      width: WIDTH,
      height: bottom + 30,
      title: 'Flows, alerts and findings over time',
      text: data.summary,
    },
    parts,
  );
}

function bars(data: TimelineData, at: (us: number) => number): string {
  const highest = max(data.flows, (f) => f.n) ?? 1;
  const y = scaleLinear()
    .domain([0, highest])
    .nice(3)
    .range([TOP + BARS, TOP]);
  const rects = data.flows.map((f) => {
    const left = at(f.at);
    const right = Math.min(WIDTH - RIGHT, at(f.at + data.bar_us));
    return { x: left, y: y(f.n), width: Math.max(1, right - left - 1), height: Math.max(1, TOP + BARS - y(f.n)) };
  });
  const ticks = y.ticks(3).filter((t) => Number.isInteger(t));
  const grid = ticks
    .map(
      (t) =>
        `<path class="grid" d="M${LEFT} ${y(t).toFixed(1)}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${(y(t) + 4).toFixed(1)}" text-anchor="end">${grouped(t)}</text>`,
    )
    .join('');
  return `${grid}<text class="lane" x="0" y="${TOP + 10}">Flows</text><path class="bars" d="${toPath(rects)}"/>`;
}

interface Mark {
  readonly at: number;
  readonly n: number;
  readonly level: string;
}

function laneMarks(lane: { title: string; marks: readonly Mark[] }, top: number, at: (us: number) => number): string {
  const middle = top + LANE / 2;
  const label = `<text class="lane" x="0" y="${middle + 4}">${markup(clipped(lane.title, 30))}</text>`;
  const line = `<path class="grid" d="M${LEFT} ${middle}H${WIDTH - RIGHT}"/>`;
  const marks = lane.marks.map((m) => {
    const cx = at(m.at).toFixed(1);
    const words = m.level === 'alert' ? counted(m.n, 'alert') : `${counted(m.n, 'finding')}, ${markup(m.level)}`;
    const level = LEVELS.has(m.level) || m.level === 'alert' ? m.level : 'info';
    return m.level === 'alert'
      ? `<path class="f-alert" d="M${cx} ${middle - 7}l7 7l-7 7l-7-7z"><title>${words}</title></path>`
      : `<circle class="f-${level}" cx="${cx}" cy="${middle}" r="${m.n > 9 ? 6.5 : m.n > 1 ? 5.5 : 4.5}"><title>${words}</title></circle>`;
  });
  return label + line + marks.join('');
}

function axis(x: ReturnType<typeof scaleUtc<number>>, bottom: number): string {
  const ticks = timeTicks(x, 9).map(
    ({ at, label }) =>
      `<path class="grid" d="M${at.toFixed(1)} ${TOP}V${bottom + 4}"/><text class="tick" x="${at.toFixed(1)}" y="${bottom + 20}" text-anchor="${at > WIDTH - RIGHT - 36 ? 'end' : 'middle'}">${label}</text>`,
  );
  return ticks.join('');
}

const firstDay = (us: number): string => new Date(us / 1000).toISOString().slice(0, 10);
