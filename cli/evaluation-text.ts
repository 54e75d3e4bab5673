import {
  type Counts,
  type DetectionMeasures,
  type Evaluation,
  lowerMedian,
  share,
} from '../analysis/evaluate/evaluate.js';
import { score as scoreText } from '../reports/format/numbers.js';
import { plural, safe, table } from './terminal.js';

/** An evaluation as JSON: counts with the shares that follow from them. */
export function evaluationJson(e: Evaluation): object {
  return {
    inputs: e.inputs,
    totals: e.totals,
    alerts: withShares(e.alerts, e),
    detections: ordered(e).map(({ detection, ran, not_decided, ...counts }) => ({
      detection,
      ran,
      not_decided,
      ...withShares(counts, e),
    })),
    hosts: e.hosts,
  };
}

function withShares(c: Counts, { totals }: Evaluation): object {
  return {
    ...c,
    host_precision: share(c.hosts_true, c.hosts_true + c.hosts_false),
    host_recall: share(c.hosts_infected, totals.hosts_infected),
    attacker_recall: share(c.hosts_true - c.hosts_infected, totals.hosts_attacker),
    host_fpr: share(c.hosts_false, totals.hosts_benign),
    window_fpr: share(c.windows_false, totals.windows_benign),
    flow_precision: share(c.flows_true, c.flows_true + c.flows_false),
    flow_recall: share(c.flows_true, totals.flows_malicious),
    flow_fpr: share(c.flows_false, totals.flows_benign),
    median_seconds: lowerMedian(c.seconds),
  };
}

/** Those with most true hosts first. */
const ordered = (e: Evaluation): DetectionMeasures[] =>
  [...e.detections].sort(
    (a, b) => b.hosts_true - a.hosts_true || a.hosts_false - b.hosts_false || (a.detection < b.detection ? -1 : 1),
  );

const COLUMNS = [
  'detection',
  'decided',
  'findings',
  'infected',
  'attackers',
  'benign',
  'attacked',
  'unknown',
  'malicious flows',
  'benign flows',
  'unlabelled',
  'seconds',
];

const HOST_COLUMNS = ['input', 'host', 'role', 'by', 'windows', 'alerts', 'score', 's to finding', 's to alert'];

/** An evaluation as text for a terminal, or as Markdown. */
export function evaluationText(e: Evaluation, markdown: boolean): string {
  const { totals: t } = e;
  const draw = markdown ? markdownTable : table;
  const found = ordered(e).filter((d) => d.findings > 0);
  const silent = e.detections.filter((d) => d.findings === 0 && d.ran > 0).map((d) => d.detection);
  const undecided = e.detections.filter((d) => d.ran === 0 && d.not_decided > 0).map((d) => d.detection);
  const parts = [
    `${plural(e.inputs.length, 'input')}; hosts: ${t.hosts_infected} infected, ${t.hosts_attacker} attackers, ${t.hosts_benign} benign, ${t.hosts_attacked} attacked, ` +
      `${t.hosts_unknown} unknown; flows: ${t.flows_malicious} malicious, ${t.flows_benign} benign, ${t.flows_unlabelled} unlabelled; ` +
      `windows: ${t.windows_infected} of infected, ${t.windows_benign} of benign hosts`,
    draw(COLUMNS, [
      ['alerts', e.inputs.length, ...cells(e.alerts)],
      ...found.map((d) => [d.detection, d.ran, ...cells(d)]),
    ]),
    `Alerts: ${percent(share(e.alerts.hosts_infected, t.hosts_infected))} of infected hosts, ` +
      `${percent(share(e.alerts.hosts_false, t.hosts_benign))} of benign hosts, ` +
      `${percent(share(e.alerts.windows_false, t.windows_benign))} of the windows of benign hosts.`,
    'Infected to unknown: distinct hosts with a finding, by role; attackers are hosts from outside with malicious flows. Flows: ' +
      'those behind the findings, by label. Seconds: from the first malicious (else first) flow of an infected host or ' +
      'attacker to its first finding, median.',
  ];
  if (silent.length > 0) parts.push(`Decided without a finding: ${silent.join(', ')}.`);
  if (undecided.length > 0) parts.push(`Not decided in any input: ${undecided.join(', ')}.`);
  const hosts = e.hosts.filter((h) => h.basis === 'hosts file' || h.score > 0);
  const shown = hosts.slice(0, 60);
  if (hosts.length > 0) {
    parts.push(
      draw(
        HOST_COLUMNS,
        shown.map((h) => [
          h.input,
          h.host,
          h.role,
          h.basis,
          h.windows,
          h.alerts,
          scoreText(h.score),
          h.seconds_to_evidence,
          h.seconds_to_alert,
        ]),
      ),
    );
    if (hosts.length > shown.length)
      parts.push(`${hosts.length - shown.length} more with a score: --json has all hosts.`);
  }
  return `${parts.join('\n\n')}\n`;
}

const cells = (c: Counts): unknown[] => [
  c.findings,
  c.hosts_infected,
  c.hosts_true - c.hosts_infected,
  c.hosts_false,
  c.hosts_attacked,
  c.hosts_unknown,
  c.flows_true,
  c.flows_false,
  c.flows_unlabelled,
  lowerMedian(c.seconds),
];

const percent = (part: number | null): string => (part === null ? 'none' : `${(100 * part).toFixed(1)} %`);

function markdownTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]): string =>
    `| ${cells.map((c) => (c === null || c === undefined ? '–' : safe(c).replace(/[|\\`*_<>[\]]/g, '\\$&'))).join(' | ')} |`;
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
