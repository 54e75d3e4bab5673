import type { Database, Row } from '../../ingest/case/database.js';
import { bytes, cell, endpoint, gauge, num, scored, time } from './cells.js';
import { daysOf } from './days.js';
import { levelTone } from './paint.js';
import { ask, leftOut, ROW_LIMIT, type Subject } from './query.js';
import { type Column, lazyRow, type TableModel } from './table.js';
import { VIRUSTOTAL_COLUMNS, virustotalCells } from './virustotal.js';

/** A full screen of one or two tables about the chosen host (or about the case). */
export interface Screen {
  readonly key: string;
  readonly name: string;
  /** For the help. */
  readonly help: string;
  /** What it is about: the case, the chosen host, or only the chosen window where one is chosen. */
  readonly about: 'case' | 'host' | 'window';
  load(db: Database, subject: Subject): Promise<readonly TableModel[]>;
}

const right = (title: string): Column => ({ title, align: 'right' });

type End = 'orig' | 'resp';

/** What a screen of counts is about: the host's end of its flows, and whose ports and addresses are counted. */
interface Counted {
  readonly side: End;
  readonly port?: End;
  readonly address?: End;
}

/** Two tables, established and not, of ports or addresses with flows, packets and bytes. */
function countsScreen(key: string, name: string, help: string, counted: Counted): Screen {
  const { side, port = 'none', address = 'none' } = counted;
  const labels: Column[] = [
    ...(port === 'none' ? [] : [right('port'), { title: 'proto' }]),
    ...(address === 'none' ? [] : [{ title: 'address' }]),
  ];
  const label = (r: Row): string[] => [
    ...(port === 'none' ? [] : [cell(r.port), cell(r.proto)]),
    ...(address === 'none' ? [] : [cell(r.address)]),
  ];
  return {
    key,
    name,
    help,
    about: 'window',
    async load(db, subject) {
      const rows = await ask(db, 'counts', { ...subject, side, port, address, limit: ROW_LIMIT });
      const highest = rows.reduce((most, r) => Math.max(most, Number(r.bytes)), 0);
      const half = (established: boolean): TableModel => ({
        title: `${name}, ${established ? 'established' : 'not established'}`,
        columns: [...labels, right('flows'), right('packets'), right('bytes'), { title: '', spare: 1 }],
        rows: rows
          .filter((r) => r.established === established)
          .map((r) => {
            const of = address === 'none' ? undefined : String(r.address);
            return lazyRow(
              () => [...label(r), num(r.flows), num(r.pkts), bytes(r.bytes), gauge(Number(r.bytes), highest)],
              { copy: of, address: of },
            );
          }),
        more: established ? leftOut(rows) : 0,
        empty: 'none',
      });
      return [half(true), half(false)];
    },
  };
}

function tuplesScreen(key: string, direction: 'out' | 'in', help: string): Screen {
  const name = direction === 'out' ? 'Tuples as originator' : 'Tuples as responder';
  return {
    key,
    name,
    help,
    about: 'host',
    async load(db, subject) {
      const rows = await ask(db, 'tuples', { ...subject, direction, limit: ROW_LIMIT });
      const told = rows.some((r) => r.virustotal !== null);
      return [
        {
          title: `${name}, letters of all windows`,
          columns: [
            { title: 'tuple' },
            right('flows'),
            right('C&C'),
            { title: 'letters', grows: true, most: 400 },
            { title: 'name', most: 24, spare: 1 },
            { title: 'SNI', most: 24, spare: 2 },
            { title: 'AS', most: 20, spare: 3 },
            { title: 'geo', spare: 4 },
            ...(told ? VIRUSTOTAL_COLUMNS.map((title, i) => ({ ...right(title), spare: 5 + i })) : []),
          ],
          rows: rows.map((r) =>
            lazyRow(
              () => [
                `${endpoint(r.dst, r.dport)} ${cell(r.proto)}`,
                num(r.flows),
                scored(r.cc_score),
                cell(r.letters),
                cell(r.name),
                cell(r.sni),
                cell(r.as_org),
                cell(r.country),
                ...(told ? virustotalCells(r.virustotal) : []),
              ],
              { copy: String(r.dst), address: String(r.dst) },
            ),
          ),
          more: leftOut(rows),
          empty: direction === 'in' ? 'none: profiles of responders need --direction all' : 'none',
        },
      ];
    },
  };
}

/** Findings as rows; also the evidence pane of the main screen. */
export function evidenceModel(title: string, rows: readonly Row[], withWindow: boolean): TableModel {
  const { days, shown } = daysOf(rows.map((r) => String(r.at)));
  return {
    title,
    days,
    columns: [
      ...(withWindow ? [{ title: 'window', spare: 2 }] : []),
      { title: 'time' },
      { title: 'level' },
      { ...right('conf'), spare: 1 },
      { title: 'finding', grows: true, most: 400 },
    ],
    rows: rows.map((r) =>
      lazyRow(
        () => [
          ...(withWindow ? [cell(r.tw)] : []),
          shown(cell(r.at)),
          r.is_suppressed === true ? 'whitelisted' : cell(r.level),
          scored(r.confidence),
          cell(r.description),
        ],
        {
          tone: r.is_suppressed === true ? 'muted' : levelTone(String(r.level)),
          copy: String(r.subject),
          evidence: String(r.evidence_id),
        },
      ),
    ),
    more: leftOut(rows),
    empty: 'no finding',
  };
}

/** Flows behind a finding. */
export async function flowsModel(db: Database, evidence: string): Promise<TableModel> {
  const rows = await ask(db, 'flows', { evidence, limit: ROW_LIMIT });
  const { days, shown } = daysOf(rows.map((r) => String(r.at)));
  return {
    title: 'Flows',
    days,
    columns: [
      { title: 'time' },
      { title: 'from' },
      { title: 'to' },
      { title: 'proto' },
      { title: 'outcome' },
      { ...right('duration'), spare: 3 },
      { ...right('sent'), spare: 1 },
      { ...right('received'), spare: 2 },
      { title: 'uid', spare: 4 },
    ],
    rows: rows.map((r) =>
      lazyRow(
        () => [
          shown(cell(r.at)),
          endpoint(r.orig_h, r.orig_p),
          endpoint(r.resp_h, r.resp_p),
          r.service === null ? cell(r.proto) : `${cell(r.proto)} ${cell(r.service)}`,
          cell(r.outcome),
          time(r.duration),
          bytes(r.orig_size),
          bytes(r.resp_size),
          cell(r.uid),
        ],
        {
          copy: String(r.uid),
          uid: String(r.uid),
          address: String(r.resp_h),
        },
      ),
    ),
    more: leftOut(rows),
    empty: 'this rule names no single flows',
  };
}

const allEvidence: Screen = {
  key: 'z',
  name: 'All evidence',
  help: 'all evidence of the host, over all windows',
  about: 'host',
  async load(db, subject) {
    const rows = await ask(db, 'evidence', { ...subject, window: '', limit: ROW_LIMIT });
    return [evidenceModel('All evidence', rows, true)];
  },
};

const beacons: Screen = {
  key: 'b',
  name: 'Beacons',
  help: 'pairs of the whole case, ranked: beacons, long connections, strobes, listed destinations',
  about: 'case',
  async load(db) {
    const rows = await ask(db, 'beacons', { limit: ROW_LIMIT });
    const listed = rows.some((r) => r.intel_feeds !== null);
    return [
      {
        title: 'Beacons of the case, highest score first',
        columns: [
          right('score'),
          { title: 'severity', spare: 1 },
          { title: 'host' },
          { title: 'destination', grows: true, most: 80 },
          right('flows'),
          right('every'),
          { ...right('beacon'), spare: 2 },
          { ...right('bytes'), spare: 3 },
          { ...right('hosts %'), spare: 4 },
          ...(listed ? [{ title: 'listed by', spare: 1 }] : []),
        ],
        rows: rows.map((r) =>
          lazyRow(
            () => [
              scored(r.score),
              cell(r.severity),
              cell(r.profile),
              cell(r.dst),
              num(r.connections),
              time(r.interval_seconds),
              scored(r.beacon_score),
              bytes(r.bytes),
              r.prevalence === null ? '' : (Number(r.prevalence) * 100).toFixed(0),
              ...(listed ? [cell(r.intel_feeds ?? '')] : []),
            ],
            {
              tone: levelTone(String(r.severity)),
              copy: String(r.dst),
              address: r.kind === 'ip' ? String(r.dst) : undefined,
            },
          ),
        ),
        more: leftOut(rows),
        empty: 'no pair came near',
      },
    ];
  },
};

/** Kalipso's keys and what was added. */
export const SCREENS: readonly Screen[] = [
  countsScreen('e', 'Own ports', 'source ports as client: flows, packets, bytes', { side: 'orig', port: 'orig' }),
  countsScreen('d', 'Destinations', 'destination addresses as client', { side: 'orig', address: 'resp' }),
  countsScreen('r', 'Served ports', 'destination ports as server', { side: 'resp', port: 'resp' }),
  countsScreen('s', 'Clients', 'addresses that asked this host, as server', { side: 'resp', address: 'orig' }),
  countsScreen('p', 'Asked ports', 'destination ports as client', { side: 'orig', port: 'resp' }),
  countsScreen('t', 'Asked ports and addresses', 'destination ports as client, with addresses', {
    side: 'orig',
    port: 'resp',
    address: 'resp',
  }),
  tuplesScreen('i', 'out', 'tuples as originator: letters, C&C score, names, AS, country'),
  tuplesScreen('y', 'in', 'tuples as responder'),
  allEvidence,
  beacons,
];
