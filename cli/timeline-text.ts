import type { Activity } from '../analysis/timeline/timeline.js';
import { clipped } from '../reports/format/text.js';
import { levelTone, type Paint, type Tone } from './console/paint.js';
import { safe } from './terminal.js';

const MOST = 1000;

/** One line of a host's story for a terminal: time, mark, what; everything from the case is made safe to print. */
export function timelineLine(a: Activity, paint: Paint): string {
  const details = JSON.parse(a.details) as { direction?: string; warning?: string | null; threat_level?: string };
  const mark = a.kind === 'alert' || a.kind === 'finding' ? '!' : details.direction === 'in' ? '<' : '>';
  return `${paint('muted', milliseconds(a.ts))}  ${mark} ${paint(tone(a, details), clipped(safe(a.summary), MOST))}\n`;
}

function tone(a: Activity, details: { warning?: string | null; threat_level?: string }): Tone | undefined {
  if (a.kind === 'alert') return 'alert';
  if (a.kind === 'finding') return levelTone(details.threat_level ?? '');
  return details.warning ? 'warning' : undefined;
}

/** `2026-03-02 08:41:07.120`. */
function milliseconds(ts: string): string {
  const [seconds, rest = ''] = ts.split('.');
  return `${safe(seconds)}.${rest.slice(0, 3).padEnd(3, '0')}`;
}
