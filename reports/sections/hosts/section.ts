import type { Row } from '../../../ingest/case/database.js';
import { channelChart } from '../../charts/channel.js';
import { titleOf } from '../../detection-title.js';
import { clipped } from '../../format/text.js';
import { clock, dateTime, day, windowName } from '../../format/time.js';
import { LIMITS } from '../../limits.js';
import { evidenceLinks } from '../../links.js';
import { word } from '../reproduce/command.js';
import type { SectionContext, SectionModule } from '../section.js';
import { hostSeries, type Series } from './series.js';

/** Local addresses with an alert: their windows, scores and findings. */
export const section: SectionModule = {
  async build(context) {
    const hosts = await context.rows('hosts', { hosts: LIMITS.hosts });
    const windows = grouped(await context.rows('windows', { hosts: LIMITS.hosts, windows: LIMITS.windowsPerHost }));
    const findings = grouped(
      await context.rows('findings', {
        hosts: LIMITS.hosts,
        links: LIMITS.linksPerFinding,
        findings: LIMITS.findingsPerHost,
      }),
    );
    const peers = grouped(await context.rows('peers', { hosts: LIMITS.hosts, peers: LIMITS.peersPerHost }));
    const series = await hostSeries(context);
    const activities = grouped(
      await context.rows('activities', {
        hosts: LIMITS.worstHosts,
        lines: LIMITS.activitiesPerHost,
        text: LIMITS.activityText,
      }),
    );
    return {
      hosts: hosts.map((host) => ({
        ...block(context, host, windows.get(host.n) ?? [], findings.get(host.n) ?? []),
        ...peerTable(peers.get(host.n) ?? []),
        series: series.get(host.n)?.series ?? [],
        more_series: series.get(host.n)?.more ?? 0,
        ...story(activities.get(host.n) ?? []),
      })),
      more: context.facts.affected - hosts.length,
      analysed: context.facts.analysis === 'finished',
    };
  },
  charts: (data) =>
    Object.fromEntries(
      (data.hosts as { series: readonly Series[] }[]).flatMap((h) =>
        h.series.map((s) => [s.id, s.points.length > 1 ? channelChart(s) : '']),
      ),
    ),
};

/** The stored lines of a host's story, each with how many are like it. */
function story(rows: readonly Row[]) {
  const told = rows.reduce((sum, r) => sum + Number(r.lines), 0);
  return {
    activities: rows.map((r) => ({
      ts: r.ts,
      kind: r.kind,
      text: clipped(String(r.summary), LIMITS.activityText),
      warning: r.warning,
      more: Number(r.lines) - 1,
      until: day(String(r.ts)) === day(String(r.last_ts)) ? clock(String(r.last_ts)) : dateTime(String(r.last_ts)),
    })),
    more_activities: rows.length === 0 ? 0 : Number(rows[0]!.all_lines) - told,
  };
}

/** Rows by their host's number. */
function grouped(rows: readonly Row[]): Map<unknown, Row[]> {
  const out = new Map<unknown, Row[]>();
  for (const row of rows) {
    const list = out.get(row.n);
    if (list) list.push(row);
    else out.set(row.n, [row]);
  }
  return out;
}

function block(context: SectionContext, host: Row, windows: readonly Row[], findings: readonly Row[]) {
  return {
    anchor: `host-${host.n}`,
    address: host.profile,
    word: word(String(host.profile)),
    site: host.site === '' ? null : host.site,
    names: host.names,
    mac: host.mac,
    vendor: host.vendor,
    network: host.as_org,
    country: host.country,
    score: host.score,
    alerts: Number(host.alerts),
    first_ts: host.first_ts,
    last_ts: host.last_ts,
    open: Number(host.n) === 1,
    why: (host.detections as string[]).slice(0, 3).map((d) => titleOf(context, d)),
    windows: windows.map((w) => ({
      tw_start: w.tw_start,
      tw_end: w.tw_end,
      name: context.facts.oneWindow ? 'whole capture' : windowName(String(w.tw_start), String(w.tw_end)),
      score: w.score,
      alerted: w.alerted,
      flows: Number(w.flows),
      flows_not_established: Number(w.flows_not_est),
      peers: Number(w.peers),
      bytes_sent: Number(w.bytes_sent),
      bytes_received: Number(w.bytes_received),
    })),
    more_windows: Number(windows[0]?.windows ?? 0) - windows.length,
    findings: findings.map((f) => ({
      detection: f.detection,
      title: titleOf(context, String(f.detection)),
      level: f.level,
      findings: Number(f.findings),
      suppressed: Number(f.suppressed),
      confidence: f.confidence,
      first_ts: f.first_ts,
      last_ts: f.last_ts,
      links: evidenceLinks(f.links, LIMITS.linksPerFinding),
      more: Math.max(0, Number(f.findings) - LIMITS.linksPerFinding),
    })),
    more_findings: Number(findings[0]?.detections ?? 0) - findings.length,
  };
}

/** The other ends, most bytes first. */
function peerTable(rows: readonly Row[]) {
  return {
    peers: rows.map((p) => ({
      address: p.peer,
      name: p.name,
      where: [p.country, p.as_org].filter((t) => t !== null && t !== '').join(' · ') || null,
      port: p.port === null ? p.proto : `${p.port}/${p.proto}`,
      more_ports: Number(p.ports) - 1,
      flows: Number(p.flows),
      sent: Number(p.sent),
      received: Number(p.received),
      first_ts: p.first_ts,
      last_ts: p.last_ts,
    })),
    more_peers: Number(rows[0]?.peers ?? 0) - rows.length,
  };
}
