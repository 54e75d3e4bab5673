import type { Row } from '../../../ingest/case/database.js';
import { type ChannelPoint, channelChart } from '../../charts/channel.js';
import { titleOf } from '../../detection-title.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import type { SectionContext, SectionModule } from '../section.js';

const KINDS = { beacon: 'beacon', channel: 'cc-channel' };

interface Channel {
  readonly id: string;
  readonly points: readonly ChannelPoint[];
  readonly summary: string;
}

/** Connections that keep coming back, each drawn: when, how far apart, how large. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('channels', { ...KINDS, channels: LIMITS.channels });
    if (rows.length === 0) return null;
    const points = new Map<unknown, Row[]>();
    for (const p of await context.rows('points', {
      ...KINDS,
      channels: LIMITS.channels,
      points: LIMITS.channelPoints,
    })) {
      points.set(p.evidence_id, [...(points.get(p.evidence_id) ?? []), p]);
    }
    return {
      channels: rows.map((row) => channel(context, row, points.get(row.evidence_id) ?? [])),
      more: Number(rows[0]!.total) - rows.length,
    };
  },
  charts: (data) =>
    Object.fromEntries((data.channels as Channel[]).map((c) => [c.id, c.points.length > 1 ? channelChart(c) : ''])),
};

function channel(context: SectionContext, row: Row, points: readonly Row[]) {
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  const port = row.port === null ? '' : ` on ${row.port}/${row.proto ?? ''}`;
  const flows = Number(points[0]?.flows ?? 0);
  return {
    id: String(row.evidence_id),
    host: row.profile,
    site: row.site === '' ? null : row.site,
    dst: clipped(String(row.dst), 120),
    port: row.port === null ? null : `${row.port}/${row.proto ?? ''}`,
    title: titleOf(context, String(row.detection)),
    level: row.level,
    links: evidenceLinks(row.links, 4),
    connections: number(row.connections) ?? flows,
    interval: number(row.interval_seconds),
    beacon_score: number(row.beacon_score),
    cc_score: number(row.cc_score),
    letters: row.letters === null || row.letters === undefined ? null : clipped(String(row.letters), 300),
    points: points.map((p) => ({ at: Number(p.at), gap: number(p.gap), bytes: Number(p.bytes) })),
    more_points: flows - points.length,
    summary: `Connections of ${row.profile} to ${clipped(String(row.dst), 120)}${port}: time between them, and bytes of each`,
  };
}
