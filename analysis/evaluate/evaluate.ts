import { usageError } from '../../cli/errors.js';
import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { runPass } from '../passes.js';
import type { HostRow, Role } from './hosts-file.js';

/** Findings or alerts against the truth. Hosts are counted once per input. */
export interface Counts {
  findings: number;
  /** Infected hosts and attackers. */
  hosts_true: number;
  hosts_infected: number;
  hosts_false: number;
  hosts_attacked: number;
  hosts_unknown: number;
  windows_true: number;
  windows_false: number;
  flows_true: number;
  flows_false: number;
  flows_unlabelled: number;
  /** Seconds from the begin of each infected host and attacker to its first finding or alert, ascending. */
  seconds: number[];
}

/** One detection: in how many inputs it could decide. */
export interface DetectionMeasures extends Counts {
  readonly detection: string;
  ran: number;
  not_decided: number;
}

export interface HostMeasures {
  readonly input: string;
  readonly host: string;
  readonly site: string;
  readonly role: Role | 'attacker' | 'unknown';
  /** Where the role is from. */
  readonly basis: 'hosts file' | 'labels' | null;
  readonly windows: number;
  readonly alerts: number;
  readonly score: number;
  /** ISO times: first malicious (else first) flow, first finding that counts, first alert. */
  readonly begins: string;
  readonly first_evidence: string | null;
  readonly first_alert: string | null;
  readonly seconds_to_evidence: number | null;
  readonly seconds_to_alert: number | null;
}

/** What was there to be found. */
export interface Totals {
  flows_malicious: number;
  flows_benign: number;
  flows_unlabelled: number;
  hosts_infected: number;
  /** Hosts from outside with malicious flows. */
  hosts_attacker: number;
  hosts_benign: number;
  hosts_attacked: number;
  hosts_unknown: number;
  windows_infected: number;
  windows_benign: number;
}

export interface Evaluation {
  readonly inputs: string[];
  readonly totals: Totals;
  readonly detections: DetectionMeasures[];
  readonly alerts: Counts;
  /** Hosts of a known role. */
  readonly hosts: HostMeasures[];
}

const emptyCounts = (): Counts => ({
  findings: 0,
  hosts_true: 0,
  hosts_infected: 0,
  hosts_false: 0,
  hosts_attacked: 0,
  hosts_unknown: 0,
  windows_true: 0,
  windows_false: 0,
  flows_true: 0,
  flows_false: 0,
  flows_unlabelled: 0,
  seconds: [],
});

/** An evaluation of nothing, to add to. */
export const emptyEvaluation = (): Evaluation => ({
  inputs: [],
  totals: {
    flows_malicious: 0,
    flows_benign: 0,
    flows_unlabelled: 0,
    hosts_infected: 0,
    hosts_attacker: 0,
    hosts_benign: 0,
    hosts_attacked: 0,
    hosts_unknown: 0,
    windows_infected: 0,
    windows_benign: 0,
  },
  detections: [],
  alerts: emptyCounts(),
  hosts: [],
});

/** Compares an analysed case with its labels and the rows of a hosts file, and adds the numbers to `sum`. */
export async function evaluateCase(
  db: Database,
  input: string,
  rows: readonly HostRow[],
  sum: Evaluation,
): Promise<void> {
  const roles = new Map<string, Role>();
  for (const { host, role: wanted } of rows) {
    if (wanted !== (roles.get(host) ?? wanted)) {
      throw usageError(`${input}: the hosts file gives ${host} two roles; give its captures one by one`);
    }
    roles.set(host, wanted);
  }
  const given = [...roles].map(
    ([host, wanted]) => `(${host === '*' ? "'*'" : `canonical_ip(${lit(host)})`}, ${lit(wanted)})`,
  );
  await db.run('CREATE OR REPLACE TEMP TABLE given_hosts (host VARCHAR, role VARCHAR)');
  if (given.length > 0) await db.run(`INSERT INTO given_hosts VALUES ${given.join(', ')}`);
  await runPass(db, 'evaluate/truth.sql');
  await runPass(db, 'evaluate/measures.sql');
  sum.inputs.push(input);
  add(sum.totals, (await db.one<Record<string, unknown>>(TOTALS))!);
  const measures = await db.all<Record<string, unknown>>('SELECT * FROM subject_measures ORDER BY subject');
  for (const run of await db.all<{ detection: string; status: string }>(
    'SELECT detection, status FROM main.detection_runs ORDER BY detection',
  )) {
    let into = sum.detections.find((d) => d.detection === run.detection);
    if (!into) {
      into = { detection: run.detection, ran: 0, not_decided: 0, ...emptyCounts() };
      sum.detections.push(into);
    }
    if (run.status === 'ran') into.ran++;
    else if (run.status === 'not_decided') into.not_decided++;
    const found = measures.find((m) => m.subject === run.detection);
    if (found) addCounts(into, found);
  }
  const alerts = measures.find((m) => m.subject === null);
  if (alerts) addCounts(sum.alerts, alerts);
  for (const host of await db.all<Record<string, unknown>>(HOSTS)) {
    sum.hosts.push({
      ...(host as unknown as HostMeasures),
      input,
      windows: Number(host.windows),
      alerts: Number(host.alerts),
    });
  }
}

function addCounts(into: Counts, found: Readonly<Record<string, unknown>>): void {
  const { seconds, ...numbers } = found;
  add(into, numbers);
  into.seconds = [...into.seconds, ...((seconds as number[] | null) ?? [])].sort((a, b) => a - b);
}

/** Adds the numbers that both have. */
function add(into: object, found: Readonly<Record<string, unknown>>): void {
  const target = into as Record<string, unknown>;
  for (const [name, value] of Object.entries(found)) {
    if (typeof target[name] === 'number') target[name] += Number(value);
  }
}

/** The lower median of ascending numbers. */
export const lowerMedian = (ascending: readonly number[]): number | null =>
  ascending.length === 0 ? null : ascending[Math.floor((ascending.length - 1) / 2)]!;

/** Part of a whole, 6 decimals; null of nothing. */
export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;

const role = (name: string): string => `count(*) FILTER (role = '${name}')`;

const TOTALS = `
  SELECT t.*, h.*, w.* FROM
    (SELECT count(*) FILTER (l.class = 'malicious') AS flows_malicious, count(*) FILTER (l.class = 'benign') AS flows_benign,
       count(*) FILTER (l.class IS NULL) AS flows_unlabelled
     FROM main.flows f LEFT JOIN main.labels l ON l.source_id = f.source_id AND l.uid = f.uid) t,
    (SELECT ${role('infected')} AS hosts_infected, ${role('attacker')} AS hosts_attacker, ${role('benign')} AS hosts_benign, ${role('attacked')} AS hosts_attacked,
       ${role('unknown')} AS hosts_unknown FROM true_hosts) h,
    (SELECT ${role('infected')} AS windows_infected, ${role('benign')} AS windows_benign
     FROM main.profiles p JOIN true_hosts h ON h.host = p.profile AND h.site = p.site) w`;

const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${column}`;

const HOSTS = `
  SELECT host, site, role, basis, windows, alerts, score, ${iso('begins')}, ${iso('first_evidence')}, ${iso('first_alert')},
    round((epoch_us(first_evidence) - epoch_us(begins)) / 1000000, 6) AS seconds_to_evidence,
    round((epoch_us(first_alert) - epoch_us(begins)) / 1000000, 6) AS seconds_to_alert
  FROM host_measures WHERE role <> 'unknown' ORDER BY role DESC, score DESC, site, host`;
