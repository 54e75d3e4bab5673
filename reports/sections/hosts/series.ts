import type { Row } from '../../../ingest/case/database.js';
import type { ChannelPoint } from '../../charts/channel.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import type { SectionContext } from '../section.js';

/** A connection that comes back: its letters, and when and how large. */
export interface Series {
  /** Name of its picture. */
  readonly id: string;
  readonly dst: string;
  readonly name: unknown;
  readonly port: string;
  readonly flows: number;
  readonly cc_score: number | null;
  readonly letters: string;
  readonly points: readonly ChannelPoint[];
  readonly summary: string;
}

/** The letters of the affected hosts, by the host's number, and how many connections have no place. */
export async function hostSeries(
  context: SectionContext,
): Promise<Map<unknown, { readonly series: Series[]; readonly more: number }>> {
  const tuples = await context.rows('series', {
    hosts: LIMITS.hosts,
    least: LIMITS.seriesFlows,
    strongest: LIMITS.worstHosts,
    many: LIMITS.seriesPerHost,
    text: LIMITS.letters,
    points: LIMITS.seriesPoints,
  });
  const out = new Map<unknown, { series: Series[]; more: number }>();
  for (const row of tuples) {
    const of = out.get(row.n) ?? { series: [], more: 0 };
    of.series.push(seriesOf(row));
    of.more = Number(row.tuples) - of.series.length;
    out.set(row.n, of);
  }
  return out;
}

function seriesOf(row: Row): Series {
  const points = row.points as { at: number; gap: number | null; bytes: number }[];
  const port = row.dport === null ? String(row.proto) : `${row.dport}/${row.proto}`;
  const dst = clipped(String(row.dst), 120);
  return {
    id: `host-${row.n}-${row.nth}`,
    dst,
    name: row.name,
    port,
    flows: Number(row.flows),
    cc_score: row.cc_score === null ? null : Number(row.cc_score),
    letters: clipped(String(row.letters), LIMITS.letters),
    points: points.map((p) => ({
      at: Number(p.at),
      gap: p.gap === null ? null : Number(p.gap),
      bytes: Number(p.bytes),
    })),
    summary: `Connections to ${dst} on ${port}: time between them, and bytes of each`,
  };
}
