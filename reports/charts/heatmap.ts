import { counted, score } from '../format/numbers.js';
import { clipped, markup } from '../format/text.js';
import { day, minute, windowName } from '../format/time.js';
import type { HeatmapData } from '../sections/heatmap/section.js';
import { type Box, svg, toPath } from './svg.js';

const WIDTH = 1040;
const TOP = 4;
const ROW = 24;
const GAP = 2;
/** Steps of the colour scale; the page has a colour for each. */
const STEPS = 5;

/** Hosts by windows, coloured by score. Colours come from the page. */
export function heatmapChart(data: HeatmapData): string {
  const names = data.rows.map((r) => clipped(r.site === null ? r.address : `${r.address} ${r.site}`, 40));
  const left = Math.max(120, 16 + Math.max(...names.map((n) => n.length)) * 7.4);
  const cell = Math.min(150, (WIDTH - left) / data.columns.length);
  const bottom = TOP + data.rows.length * ROW;
  const steps: Box[][] = Array.from({ length: STEPS + 1 }, () => []);
  const dots: string[] = [];
  const hints: string[] = [];
  data.rows.forEach((row, i) => {
    for (const c of row.cells) {
      const box = { x: left + c.column * cell, y: TOP + i * ROW, width: Math.max(1, cell - GAP), height: ROW - GAP };
      steps[stepOf(c.score, data.threshold)]!.push(box);
      if (c.alerted) dots.push(dot(box));
      if (c.score > 0)
        hints.push(
          hint(
            box,
            `${names[i]}, ${windowLabel(data, c.column)}: score ${score(c.score)}${c.alerted ? ', alert' : ''}`,
          ),
        );
    }
  });
  const parts = [
    ...names.map((name, i) => label(name, data.rows[i]!.href, TOP + i * ROW + ROW / 2 + 3)),
    ...steps.map((boxes, i) => (boxes.length > 0 ? `<path class="heat-${i}" d="${toPath(boxes)}"/>` : '')),
    dots.length > 0 ? `<path class="dots" d="${dots.join('')}"/>` : '',
    axis(data, left, cell, bottom),
    ...hints,
  ];
  const alerted = data.rows.filter((r) => r.cells.some((c) => c.alerted)).length;
  return svg(
    {
      id: 'heatmap',
      width: WIDTH,
      height: bottom + 38,
      title: 'Score by host and window',
      links: data.rows.some((r) => r.href !== null),
      text: `${counted(data.rows.length, 'host')} by ${counted(data.windows, 'window')}; ${counted(alerted, 'host')} with an alert`,
    },
    parts,
  );
}

/** 0: traffic without a score; 1 to 5 up to the alert threshold and beyond. */
function stepOf(value: number, threshold: number | null): number {
  if (value <= 0) return 0;
  const limit = threshold ?? 1;
  return value >= limit ? STEPS : Math.max(1, Math.min(STEPS - 1, Math.ceil((value / limit) * (STEPS - 1))));
}

function dot(box: Box): string {
  const r = Math.max(1, Math.min(3, box.width / 2 - 1.5)).toFixed(1);
  const width = (Number(r) * 2).toFixed(1);
  const x = (box.x + box.width / 2 - Number(r)).toFixed(1);
  return `M${x} ${(box.y + box.height / 2).toFixed(1)}a${r} ${r} 0 1 0 ${width} 0a${r} ${r} 0 1 0-${width} 0z`;
}

const hint = (box: Box, text: string): string =>
  `<rect class="hint" x="${box.x.toFixed(1)}" y="${box.y}" width="${box.width.toFixed(1)}" height="${box.height}"><title>${markup(text)}</title></rect>`;

function label(name: string, href: string | null, y: number): string {
  const text = `<text class="row-label" x="0" y="${y}">${markup(name)}</text>`;
  return href === null ? text : `<a href="${markup(href)}">${text}</a>`;
}

const windowLabel = (data: HeatmapData, column: number): string =>
  data.whole ? 'whole capture' : windowName(data.columns[column]!.start, data.columns[column]!.end);

/** Column labels as far as they fit; the day under the first column of each day. */
function axis(data: HeatmapData, left: number, cell: number, bottom: number): string {
  if (data.whole) {
    return `<text class="tick" x="${left.toFixed(1)}" y="${bottom + 14}">whole capture</text>`;
  }
  const every = Math.max(1, Math.ceil(46 / cell));
  let lastDay = '';
  let lastDayAt = -1000;
  const out: string[] = [];
  data.columns.forEach((column, i) => {
    const x = left + i * cell;
    const startsDay = day(column.start) !== lastDay;
    if (i % every === 0)
      out.push(`<text class="tick" x="${x.toFixed(1)}" y="${bottom + 14}">${minute(column.start)}</text>`);
    if (startsDay && x - lastDayAt > 84) {
      out.push(`<text class="tick" x="${x.toFixed(1)}" y="${bottom + 30}">${markup(day(column.start))}</text>`);
      lastDayAt = x;
    }
    lastDay = day(column.start);
  });
  return out.join('');
}
