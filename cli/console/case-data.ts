import type { Detection } from '../../analysis/detection/definition.js';
import { explain } from '../../analysis/explain/explain.js';
import { type Activity, hostTimeline } from '../../analysis/timeline/timeline.js';
import type { Database } from '../../ingest/case/database.js';
import { explainText } from '../explain-text.js';
import { plural } from '../terminal.js';
import { activityDetails, activityTone } from '../timeline-text.js';
import { cell, scored } from './cells.js';
import { daysOf } from './days.js';
import type { Tone } from './paint.js';
import { ask, leftOut, ROW_LIMIT, type Subject } from './query.js';
import { evidenceModel } from './screens.js';
import { lazyRow, type TableModel, type TableRow } from './table.js';
import { type Host, hostKey, type Window } from './tree.js';
import { virustotalText } from './virustotal.js';

export interface HostFilter {
  readonly search: string;
  readonly alerted: boolean;
  readonly sort: 'score' | 'address' | 'flows';
}

/** Hosts of the tree, and how many more there are. */
export async function loadHosts(db: Database, filter: HostFilter): Promise<{ hosts: Host[]; more: number }> {
  const rows = await ask(db, 'hosts', { ...filter, search: filter.search.toLowerCase(), limit: 2000 });
  const hosts = rows.map((r) => ({
    profile: String(r.profile),
    site: String(r.site),
    score: Number(r.score),
    alerts: Number(r.alerts),
    isLocal: r.is_local === true,
    own: r.own === null ? '' : String(r.own),
    flows: Number(r.flows),
    spark: [],
  }));
  return { hosts, more: leftOut(rows) };
}

/** The hosts with the flows of their last windows: a second pass over the windows, so the tree does not wait for it. */
export async function withSparks(db: Database, hosts: readonly Host[]): Promise<Host[]> {
  const rows = await ask(db, 'sparks', { hosts: hosts.map((h) => h.profile).join('\n') });
  const sparks = new Map(
    rows.map((r) => [hostKey({ profile: String(r.profile), site: String(r.site) }), (r.spark as string[]).map(Number)]),
  );
  return hosts.map((h) => ({ ...h, spark: sparks.get(hostKey(h)) ?? [] }));
}

export async function loadWindows(db: Database, host: { profile: string; site: string }): Promise<Window[]> {
  const rows = await ask(db, 'windows', { profile: host.profile, site: host.site, limit: 2000 });
  return rows.map((r) => ({
    start: String(r.tw_start),
    end: String(r.tw_end),
    tw: Number(r.tw),
    name: String(r.name),
    score: Number(r.score),
    alerted: r.alerted === true,
    flows: Number(r.flows),
    spark: [],
  }));
}

/** Windows with the flows of their eighths. */
export async function withEighths(
  db: Database,
  host: { profile: string; site: string },
  windows: readonly Window[],
): Promise<Window[]> {
  const rows = await ask(db, 'window-sparks', { profile: host.profile, site: host.site });
  const sparks = new Map<string, number[]>();
  for (const r of rows) {
    const start = String(r.tw_start);
    if (!sparks.has(start)) sparks.set(start, new Array<number>(8).fill(0));
    sparks.get(start)![Number(r.eighth)] = Number(r.flows);
  }
  return windows.map((w) => ({ ...w, spark: sparks.get(w.start) ?? [] }));
}

export async function loadEvidence(db: Database, subject: Subject): Promise<TableModel> {
  return evidenceModel('Evidence', await ask(db, 'evidence', { ...subject, limit: ROW_LIMIT }), false);
}

/** The story of a host, made on demand. One question at a time on a connection. */
export async function loadTimeline(db: Database, subject: Subject): Promise<TableModel> {
  const lines: Activity[] = [];
  const { profile, site, window, windowEnd } = subject;
  const bounds = window === '' ? {} : { since: window, until: windowEnd };
  const { more } = await hostTimeline(
    db,
    { profile, site, ...bounds, limit: ROW_LIMIT },
    (line) => void lines.push(line),
  );
  const { days, shown } = daysOf(lines.map((line) => line.ts));
  return {
    title: 'Timeline',
    days,
    columns: [{ title: 'time' }, { title: '' }, { title: 'what', grows: true, most: 400 }],
    rows: lines.map((line) => timelineRow(line, shown)),
    ...(more ? { cut: true } : {}),
    empty: 'nothing in this time',
  };
}

function timelineRow(line: Activity, shown: (time: string) => string): TableRow {
  const { direction, evidence_id: evidence, uid, peer } = activityDetails(line);
  const { ts, summary } = line;
  const [mark, markTone]: [string, Tone] =
    direction === undefined ? ['!', 'alert'] : direction === 'in' ? ['←', 'good'] : ['→', 'key'];
  const tone = activityTone(line) ?? KIND_TONES[line.kind];
  return lazyRow(() => [shown(ts), mark, cell(summary)], {
    tones: ['muted', markTone, tone],
    copy: peer ?? evidence,
    address: peer ?? undefined,
    evidence,
    uid: uid ?? undefined,
  });
}

/** What a host talked, at a glance. */
const KIND_TONES: Readonly<Record<string, Tone>> = { dns: 'notice', http: 'good', tls: 'good' };

/** What is known of an address, as pairs of a word and a text. */
export async function loadInfo(db: Database, address: string): Promise<(readonly [string, string])[]> {
  const row = (await ask(db, 'info', { address }))[0];
  if (!row) return [['address', cell(address)]];
  const names =
    Number(row.name_count) > 5 ? `${cell(row.names)} and ${Number(row.name_count) - 5} more` : cell(row.names);
  const pairs: (readonly [string, string])[] = [
    ['address', `${cell(row.address)} (${row.is_local === true ? 'own' : cell(row.scope)})`],
    [
      'score',
      `${scored(row.score) || 'none'} · ${plural(Number(row.alerts), 'alert')} · ${plural(Number(row.findings), 'finding')}`,
    ],
    ['names', names || cell(row.rdns)],
    [
      'network',
      [row.asn === null ? '' : `AS${cell(row.asn)}`, cell(row.as_org), cell(row.city), cell(row.country)]
        .filter((t) => t !== '')
        .join(' · '),
    ],
    ['VirusTotal', virustotalText(row.virustotal)],
    ['device', [cell(row.mac), cell(row.vendor)].filter((t) => t !== '').join(' · ')],
  ];
  return pairs;
}

/** The explanation of a finding as text. */
export const loadExplanation = async (db: Database, id: string, detections: readonly Detection[]): Promise<string> =>
  explainText(await explain(db, id, detections, 0), {
    columns: Number.POSITIVE_INFINITY,
    flows: 'Enter on the finding shows them',
  });
