import type { Row } from '../../../ingest/case/database.js';
import { techniquesOf } from '../../attack.js';
import { titleOf } from '../../detection-title.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import type { SectionContext, SectionModule } from '../section.js';

/** Every finding with its flows and its rule, as far as the page holds them. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('query', { text: LIMITS.text });
    const flows = flowsByRank(
      await context.rows('flows', {
        strongest: LIMITS.strongest,
        strongest_flows: LIMITS.flowsOfStrongest,
        other_flows: LIMITS.flowsOfOthers,
      }),
    );
    const onPaper = printed(rows);
    const evidence = rows.map((row) => finding(context, row, flows.get(row.rank) ?? [], onPaper.has(row.rank)));
    return {
      evidence,
      total: context.facts.evidence,
      unprinted: evidence.length - onPaper.size,
      left_out: context.facts.evidence - evidence.length,
      levels: [...new Set(rows.map((r) => String(r.threat_level)))],
      detections: [...new Set(rows.map((r) => String(r.detection)))]
        .sort()
        .map((id) => ({ id, title: titleOf(context, id) })),
      analysed: context.facts.analysis === 'finished',
    };
  },
};

/** Ranks of what goes on paper: of each detection the strongest, as many as are worth the paper. */
function printed(rows: readonly Row[]): ReadonlySet<unknown> {
  const out = new Set<unknown>();
  const ofDetection = new Map<unknown, number>();
  for (const row of rows) {
    const nth = (ofDetection.get(row.detection) ?? 0) + 1;
    ofDetection.set(row.detection, nth);
    if (nth <= LIMITS.printedOfDetection && out.size < LIMITS.printed) out.add(row.rank);
  }
  return out;
}

function finding(context: SectionContext, row: Row, flows: readonly Row[], onPaper: boolean) {
  const id = String(row.evidence_id);
  return {
    rank: row.rank,
    id,
    ts: row.ts,
    tw_start: row.tw_start,
    host: row.profile,
    site: row.site === '' ? null : row.site,
    outside: row.is_local !== true,
    detection: row.detection,
    title: titleOf(context, String(row.detection)),
    module: row.module,
    level: row.threat_level,
    weight: row.weight,
    confidence: row.confidence,
    strength: row.strength,
    role: row.role,
    standing: row.is_suppressed
      ? 'suppressed by the whitelist'
      : row.in_alert
        ? 'part of an alert'
        : row.counts
          ? 'counts in the score of its window'
          : 'for information, does not count in the score',
    suppressed: row.is_suppressed,
    mark: [row.is_suppressed ? 'suppressed' : '', onPaper ? '' : 'screen-only'].join(' ').trim() || null,
    key: clippedOrNull(row.key),
    attacker: clippedOrNull(row.attacker),
    victim: clippedOrNull(row.victim),
    port: row.port === null ? null : row.proto === null ? String(row.port) : `${row.port}/${row.proto}`,
    description: clipped(String(row.description), LIMITS.text),
    techniques: techniquesOf(row.techniques as string[]),
    flow_count: Number(row.flows),
    flows: flows.map((f) => ({
      ts: f.ts,
      uid: f.uid,
      orig: endpoint(f.orig_h, f.orig_p),
      resp: endpoint(f.resp_h, f.resp_p),
      service: f.service === null ? f.proto : `${f.proto} ${f.service}`,
      outcome: f.outcome,
      duration: f.duration,
      sent: f.orig_size === null ? null : Number(f.orig_size),
      received: f.resp_size === null ? null : Number(f.resp_size),
    })),
    more_flows: Number(row.flows) - flows.length,
    sql: `SELECT f.* FROM flows f JOIN evidence_flows USING (flow_id) WHERE evidence_id = '${id.replaceAll("'", "''")}' ORDER BY f.ts, f.flow_id`,
  };
}

const clippedOrNull = (value: unknown): string | null => (value === null ? null : clipped(String(value), LIMITS.text));

/** An address with its port; IPv6 in brackets. */
const endpoint = (address: unknown, port: unknown): string =>
  port === null ? String(address) : String(address).includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

function flowsByRank(rows: readonly Row[]): Map<unknown, Row[]> {
  const out = new Map<unknown, Row[]>();
  for (const row of rows) {
    const list = out.get(row.rank);
    if (list) list.push(row);
    else out.set(row.rank, [row]);
  }
  return out;
}
