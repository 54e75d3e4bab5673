import { heatmapChart } from '../../charts/heatmap.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import type { SectionModule } from '../section.js';

export interface HeatCell {
  readonly column: number;
  readonly score: number;
  readonly alerted: boolean;
}

export interface HeatRow {
  readonly address: string;
  readonly site: string | null;
  readonly outside: boolean;
  /** The host's block in the report. */
  readonly href: string | null;
  readonly cells: readonly HeatCell[];
}

export interface HeatmapData {
  /** Start and end of each column. */
  readonly columns: readonly { readonly start: string; readonly end: string }[];
  /** One window over everything. */
  readonly whole: boolean;
  readonly windows: number;
  readonly windows_per_column: number;
  readonly rows: readonly HeatRow[];
  readonly more_hosts: number;
  readonly threshold: number | null;
}

/** Scores by host and window; left out where no window has a score. */
export const section: SectionModule = {
  async build(context) {
    const windows = await context.rows('windows');
    if (windows.length === 0) return null;
    const perColumn = Math.ceil(windows.length / LIMITS.heatmapColumns);
    const columnOf = new Map(windows.map((w, i) => [w.tw_start, Math.floor(i / perColumn)]));
    const columns = Array.from({ length: Math.ceil(windows.length / perColumn) }, (_, c) => ({
      start: String(windows[c * perColumn]!.tw_start),
      end: String(windows[Math.min(windows.length, (c + 1) * perColumn) - 1]!.tw_end),
    }));
    const rows = new Map<unknown, Omit<HeatRow, 'cells'> & { cells: Map<number, HeatCell> }>();
    const cells = await context.rows('cells', { hosts: LIMITS.heatmapHosts });
    if (!cells.some((c) => Number(c.score) > 0)) return null;
    for (const c of cells) {
      if (!rows.has(c.n)) {
        rows.set(c.n, {
          address: clipped(String(c.profile), 64),
          site: c.site === '' ? null : String(c.site),
          outside: c.is_local !== true,
          href: c.block !== null && Number(c.block) <= LIMITS.hosts ? `#host-${c.block}` : null,
          cells: new Map(),
        });
      }
      const column = columnOf.get(c.tw_start)!;
      const line = rows.get(c.n)!.cells;
      const before = line.get(column);
      line.set(column, {
        column,
        score: Math.max(before?.score ?? 0, Number(c.score)),
        alerted: before?.alerted === true || c.alerted === true,
      });
    }
    const data: HeatmapData = {
      columns,
      whole: context.facts.oneWindow,
      windows: windows.length,
      windows_per_column: perColumn,
      rows: [...rows.values()].map((r) => ({ ...r, cells: [...r.cells.values()] })),
      more_hosts: Number(cells[0]?.hosts ?? 0) - rows.size,
      threshold: context.facts.threshold,
    };
    return { ...data };
  },
  charts: (data) => ({ heatmap: heatmapChart(data as unknown as HeatmapData) }),
};
