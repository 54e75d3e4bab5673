import { timelineChart } from '../../charts/timeline.js';
import { titleOf } from '../../detection-title.js';
import { counted, span } from '../../format/numbers.js';
import { LIMITS } from '../../limits.js';
import type { SectionModule } from '../section.js';
import { barWidth, dayRange } from './range.js';

/** A bar of the histogram or a mark of a lane: start in microseconds since the epoch. */
export interface Bin {
  readonly at: number;
  readonly n: number;
}

export interface Lane {
  readonly detection: string;
  readonly title: string;
  readonly marks: readonly (Bin & { readonly level: string })[];
}

export interface TimelineData {
  readonly first_us: number;
  readonly last_us: number;
  readonly bar_us: number;
  readonly bar: string;
  readonly flows: readonly Bin[];
  readonly alerts: readonly Bin[];
  readonly lanes: readonly Lane[];
  readonly more_lanes: number;
  /** Flows whose times lie more than ten years from the rest. */
  readonly outside: number;
  readonly findings_outside: number;
  readonly summary: string;
}

/** Flows, findings by detection, and alerts over time. */
export const section: SectionModule = {
  async build(context) {
    const days = (await context.rows('days')).map((d) => ({ day: String(d.day), flows: Number(d.flows) }));
    const range = dayRange(days);
    if (!range) return null;
    const { from, until } = range;
    const ends = (await context.rows('ends', { from, until }))[0]!;
    const first_us = Number(ends.first_us);
    const last_us = Number(ends.last_us);
    const width = barWidth(last_us - first_us, LIMITS.timelineBins);
    const bins = { from, until, width };
    const flows = await context.rows('flows', bins);
    const alerts = await context.rows('alerts', bins);
    const marks = await context.rows('marks', { ...bins, count: LIMITS.timelineLanes });
    const lanes = new Map<string, { detection: string; title: string; marks: (Bin & { level: string })[] }>();
    for (const m of marks) {
      const detection = String(m.detection);
      if (!lanes.has(detection)) lanes.set(detection, { detection, title: titleOf(context, detection), marks: [] });
      lanes.get(detection)!.marks.push({ at: Number(m.bin) * width, n: Number(m.findings), level: String(m.level) });
    }
    const data: TimelineData = {
      first_us,
      last_us,
      bar_us: width,
      bar: span(width / 1e6),
      flows: flows.map((f) => ({ at: Number(f.bin) * width, n: Number(f.flows) })),
      alerts: alerts.map((a) => ({ at: Number(a.bin) * width, n: Number(a.alerts) })),
      lanes: [...lanes.values()].sort(
        (a, b) => a.marks[0]!.at - b.marks[0]!.at || (a.detection < b.detection ? -1 : 1),
      ),
      more_lanes: Number(marks[0]?.lanes ?? 0) - lanes.size,
      outside: range.outside,
      findings_outside: Number(ends.findings_outside),
      summary: `${counted(context.facts.flows, 'flow')}, ${counted(context.facts.evidence - context.facts.suppressed, 'finding')} and ${counted(context.facts.alerts, 'alert')} over ${span((last_us - first_us) / 1e6)}`,
    };
    return { ...data };
  },
  charts: (data) => ({ timeline: timelineChart(data as unknown as TimelineData) }),
};
