import type { Activity } from '../analysis/timeline/timeline.js';
import { clipped } from '../reports/format/text.js';
import { levelTone, type Paint, type Tone } from './console/paint.js';
import { safe } from './terminal.js';

const MOST = 1000;

/** One line of a host's story for a terminal: time, mark, what; everything from the case is made safe to print. */
export function timelineLine(a: Activity, paint: Paint): string {
  const details = activityDetails(a);
  const mark = a.kind === 'alert' || a.kind === 'finding' ? '!' : details.direction === 'in' ? '<' : '>';
  return `${paint('muted', milliseconds(a.ts))}  ${mark} ${paint(activityTone(a), clipped(safe(a.summary), MOST))}\n`;
}

/** What views need of an activity's details. */
export interface ActivityDetails {
  readonly direction?: string;
  readonly warning?: string | null;
  readonly threat_level?: string;
  readonly evidence_id?: string;
  readonly uid?: string | null;
  readonly peer?: string | null;
}

export const activityDetails = (a: Activity): ActivityDetails => JSON.parse(a.details) as ActivityDetails;

/** Alerts and findings by their level; what is odd about an activity stands out. */
export function activityTone(a: Activity): Tone | undefined {
  const details = activityDetails(a);
  if (a.kind === 'alert') return 'alert';
  if (a.kind === 'finding') return levelTone(details.threat_level ?? '');
  return details.warning ? 'warning' : undefined;
}

/** `2026-03-02 08:41:07.120`. */
function milliseconds(ts: string): string {
  const [seconds, rest = ''] = ts.split('.');
  return `${safe(seconds)}.${rest.slice(0, 3).padEnd(3, '0')}`;
}
