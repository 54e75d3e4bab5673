import type { Detection } from '../../analysis/detection/definition.js';
import { explain } from '../../analysis/explain/explain.js';
import type { Database, Row } from '../../ingest/case/database.js';
import { explainText } from '../explain-text.js';
import { bytes, cell, endpoint, scored, time } from './cells.js';
import { ask, leftOut, ROW_LIMIT, type Subject } from './query.js';
import { evidenceModel } from './screens.js';
import { lazyRow, type TableModel } from './table.js';
import { type Host, hostKey, type Window } from './tree.js';

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
    tw: Number(r.tw),
    name: String(r.name),
    score: Number(r.score),
    alerted: r.alerted === true,
    flows: Number(r.flows),
  }));
}

export async function loadEvidence(db: Database, subject: Subject): Promise<TableModel> {
  return evidenceModel('Evidence', await ask(db, 'evidence', { ...subject, limit: ROW_LIMIT }), false);
}

export async function loadTimeline(db: Database, subject: Subject): Promise<TableModel> {
  const rows = await ask(db, 'timeline', { ...subject, limit: ROW_LIMIT });
  return {
    title: 'Timeline',
    columns: [{ title: 'time' }, { title: 'what', grows: true, most: 400 }],
    rows: rows.map((r) =>
      lazyRow(() => [cell(r.at), activity(r)], {
        tone: r.established === true ? undefined : r.established === false ? 'warning' : 'muted',
        copy: String(r.out === true ? r.resp_h : r.orig_h),
        address: String(r.out === true ? r.resp_h : r.orig_h),
        uid: String(r.uid),
      }),
    ),
    more: leftOut(rows),
    empty: 'no flow',
  };
}

/** One flow in words. */
function activity(r: Row): string {
  const other = r.out === true ? endpoint(r.resp_h, r.resp_p) : cell(r.orig_h);
  return [
    r.out === true ? `→ ${other}` : `← ${other} to port ${cell(r.resp_p)}`,
    cell(r.name),
    r.service === null ? cell(r.proto) : `${cell(r.proto)} ${cell(r.service)}`,
    cell(r.outcome),
    r.orig_size === null && r.resp_size === null
      ? ''
      : `${bytes(r.orig_size) || '?'} out, ${bytes(r.resp_size) || '?'} back`,
    time(r.duration),
  ]
    .filter((t) => t !== '')
    .join(' · ');
}

/** What is known of an address, as pairs of a word and a text. */
export async function loadInfo(db: Database, address: string): Promise<(readonly [string, string])[]> {
  const row = (await ask(db, 'info', { address }))[0];
  if (!row) return [['address', cell(address)]];
  const names =
    Number(row.name_count) > 5 ? `${cell(row.names)} and ${Number(row.name_count) - 5} more` : cell(row.names);
  const pairs: (readonly [string, string])[] = [
    ['address', `${cell(row.address)} ${row.is_local === true ? '(own)' : `(${cell(row.scope)})`}`],
    ['score', `${scored(row.score) || 'no profile'} · ${row.alerts} alerts · ${row.findings} findings`],
    ['names', names || cell(row.rdns)],
    [
      'network',
      [row.asn === null ? '' : `AS${row.asn}`, cell(row.as_org), cell(row.city), cell(row.country)]
        .filter((t) => t !== '')
        .join(' · '),
    ],
    ['device', [cell(row.mac), cell(row.vendor)].filter((t) => t !== '').join(' · ')],
  ];
  return pairs;
}

/** The explanation of a finding as text. */
export const loadExplanation = async (db: Database, id: string, detections: readonly Detection[]): Promise<string> =>
  explainText(await explain(db, id, detections, 20), false);
