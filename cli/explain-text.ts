import type { Explanation } from '../analysis/explain/explain.js';
import { clipped } from '../reports/format/text.js';
import { count, plural, safe, table } from './terminal.js';

export interface ExplainLayout {
  readonly withSql?: boolean;
  /** Where the rule's description is broken; infinite where the reader breaks lines. Default 96. */
  readonly columns?: number;
  /** Words in place of the list of flows, where the reader has another way to them. */
  readonly flows?: string;
}

/** An explanation as text for a terminal: everything from the case is made safe to print. */
export function explainText(e: Explanation, { withSql = false, columns = 96, flows }: ExplainLayout = {}): string {
  const f = e.finding;
  const parts = [
    [
      clipped(safe(f.description), 1000),
      facts([
        ['Evidence', f.evidence_id],
        ['Time', shortTime(f.ts)],
        ['Host', `${f.profile}${f.site ? ` at ${f.site}` : ''}, as ${f.role}`],
        ['Window', `${f.tw === null ? '' : `${f.tw}, `}${shortTime(f.tw_start)} to ${shortTime(f.tw_end)}`],
        ['Attacker', withNetwork(f.attacker, f.attacker_network)],
        ['Victim', withNetwork(f.victim, f.victim_network)],
        ['About', `${f.key}${e.rule.key ? ` (${e.rule.key})` : ''}`],
        ['ATT&CK', (f.techniques as string[] | null)?.join(', ')],
        ['Details', typeof f.details === 'object' && f.details !== null ? JSON.stringify(f.details) : f.details],
      ]),
    ].join('\n'),
    section('Rule', rule(e, columns)),
    section('Parameters', parameters(e)),
    section('Rows', rows(e, flows)),
    section('Score', arithmetic(e)),
    section('Standing', standing(e)),
  ];
  if (withSql) parts.push(section('SQL', sql(e)));
  if (!e.finished) parts.unshift('The last analysis of this case did not finish; run slipstream detect again.');
  return `${parts.join('\n\n')}\n`;
}

const section = (title: string, body: string): string => `${title}\n${body.replace(/^/gm, '  ')}`;

function facts(pairs: readonly (readonly [string, unknown])[]): string {
  const present = pairs.filter(([, v]) => v !== null && v !== undefined && v !== '');
  const width = Math.max(...present.map(([k]) => k.length));
  return present.map(([k, v]) => `  ${k.padEnd(width)}  ${clipped(safe(v), 2000)}`).join('\n');
}

/** An address with its name, network and country where they are known. */
const withNetwork = (address: unknown, network: unknown): unknown =>
  address === null || !network ? address : `${address} (${network})`;

function rule(e: Explanation, columns: number): string {
  const { rule } = e;
  const state = {
    same: 'the installed rule is the one that ran',
    changed: 'the installed rule is another version than the one that ran',
    missing: 'not installed here; --config FILE names folders with rules of your own',
  }[rule.installed];
  return [
    `${safe(rule.title ?? rule.id)} (${safe(rule.id)})`,
    ...(rule.description ? wrap(safe(rule.description), columns) : []),
    `SHA-256 of its SQL: ${safe(rule.sql_sha256 ?? 'not recorded')}; ${state}`,
    ...rule.false_positives.map((t) => `May be harmless: ${safe(t)}`),
  ].join('\n');
}

function parameters(e: Explanation): string {
  const rows = [
    ...e.parameters.map((p) => [p.name, JSON.stringify(p.value), p.origin, p.description ?? '']),
    ['threat_level', e.threat_level.value, e.threat_level.origin, 'Weight of the finding'],
  ];
  return table(['name', 'value', 'from', 'what'], rows);
}

function rows(e: Explanation, instead: string | undefined): string {
  const { total, rows } = e.flows;
  if (total === 0) return 'No flows: the finding is about records without a connection.';
  if (instead !== undefined) return `${plural(total, 'flow')}: ${instead}`;
  const lines = rows.map((r) => [
    shortTime(r.ts),
    `${r.capture}:${r.row}`,
    r.uid,
    `${endpoint(r.orig_h, r.orig_p)} > ${endpoint(r.resp_h, r.resp_p)}`,
    r.service === null ? r.proto : `${r.proto} ${r.service}`,
    r.outcome,
    r.orig_size ?? '',
    r.resp_size ?? '',
  ]);
  const head = ['time', 'capture:row', 'uid', 'flow', 'service', 'outcome', 'sent', 'received'];
  const more = total - rows.length;
  return [
    `${plural(total, 'flow')}:`,
    table(head, lines),
    ...(more > 0 ? [`and ${count(more)} more; --rows N shows more`] : []),
  ].join('\n');
}

function arithmetic(e: Explanation): string {
  const { score: s, finding: f } = e;
  const own = `This finding: ${safe(f.threat_level)} ${num(f.weight)} x confidence ${num(f.confidence)} = ${num(f.strength)}`;
  const others = s.not_counting.map(
    (n) => `Not counted: ${plural(n.findings, 'finding')} of ${safe(n.detection)} (${safe(n.reasons.join(', '))})`,
  );
  if (s.scoring === 'slips') {
    return [own, `Sum of all findings that count in the window, as Slips does: ${num(s.score)}`, ...others].join('\n');
  }
  if (s.factors.length === 0) return [own, ...others, 'Nothing in this window counts: score 0'].join('\n');
  const lines = s.factors.map((x) => [
    `${x.detection}${x.evidence_id === f.evidence_id ? ' (this one)' : ''}`,
    x.evidence_id,
    `${num(x.weight)} x ${num(x.confidence)} = ${num(x.s)}`,
    x.counting === 1 ? '' : `strongest of ${count(x.counting)}`,
    num(x.rest),
  ]);
  return [
    own,
    'Strongest finding of each detection in the window:',
    table(['detection', 'evidence', 'weight x confidence', '', 'rest'], lines),
    `1 - ${s.factors.map((x) => `(1 - ${num(x.s)})`).join('')} = ${num(s.score)}`,
    ...others,
    ...(s.agrees ? [] : ['The case holds another score for this window; run slipstream detect again.']),
  ].join('\n');
}

function standing(e: Explanation): string {
  const { alert, score: s } = e;
  const lines = e.suppressed.map((x) => `Suppressed by ${safe(x.rule)}: ${safe(x.reason)}`);
  if (!e.finding.counts && e.suppressed.length === 0) {
    lines.push(
      Number(e.finding.weight) === 0 ? 'For information: does not count.' : 'Does not count: the host is the victim.',
    );
  } else if (e.finding.counts && s.scoring === 'default' && !s.decides) {
    lines.push('Counts, but a stronger finding of the same detection decides.');
  }
  lines.push(
    alert
      ? `Alert ${safe(alert.alert_id)}: score ${num(alert.score)} reached ${num(alert.threshold)} at ${shortTime(alert.ts)}${alert.has_this ? '' : '; this finding is no part of it'}`
      : `No alert: score ${num(s.score)} is below ${num(s.threshold)}`,
  );
  return lines.join('\n');
}

function sql(e: Explanation): string {
  const { rule } = e;
  if (rule.sql === null) return 'Not shown: the rule that ran is not the installed one.';
  const lines = (text: string): string => text.split('\n').map(safe).join('\n');
  return [lines(rule.sql), ...(rule.flows_sql ? ['', '-- flows.sql', lines(rule.flows_sql)] : [])].join('\n');
}

/** Six decimals at most. */
const num = (value: unknown): string => String(Math.round(Number(value) * 1e6) / 1e6);

const shortTime = (iso: unknown): string =>
  iso === null || iso === undefined
    ? 'unknown'
    : safe(
        String(iso)
          .replace('T', ' ')
          .replace(/(\.0+)?Z$/, ''),
      );

function endpoint(address: unknown, port: unknown): string {
  if (port === null || port === undefined) return String(address);
  return String(address).includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
