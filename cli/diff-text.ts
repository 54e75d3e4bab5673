import { type CaseDiff, type Listed, reasons } from '../reports/diff/diff.js';
import { score as scoreText } from '../reports/format/numbers.js';
import { clipped } from '../reports/format/text.js';
import { count, safe, table } from './terminal.js';

/** A difference as text for a terminal. */
export function diffText(diff: CaseDiff, limit: number): string {
  if (diff.same) return 'No difference.\n';
  const why = reasons(diff.why);
  const parts = [
    table(
      ['', 'before', 'after'],
      diff.numbers.map((n) => [n.what, n.was, n.is]),
    ),
    why.length > 0
      ? `Why\n${why.map((r) => `  ${r.kind}: ${clipped(safe(r.text), 300)}`).join('\n')}`
      : 'Why\n  The same inputs, configuration, rules, models and feeds.',
    ...(diff.hosts.total > 0 ? [hosts(diff.hosts, limit)] : []),
    ...(['gained', 'lost', 'changed'] as const)
      .filter((kind) => diff.evidence[kind].total > 0)
      .map((kind) => findings(kind, diff.evidence[kind], limit)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function hosts(list: Listed, limit: number): string {
  const rows = list.rows
    .slice(0, limit)
    .map((h) => [
      `${h.profile}${h.site ? ` at ${h.site}` : ''}`,
      h.change,
      scoreText(Number(h.score_was)),
      scoreText(Number(h.score_is)),
      h.alerts_were,
      h.alerts_are,
    ]);
  const head = ['host', 'change', 'score was', 'is', 'alerts were', 'are'];
  return `Hosts changed: ${count(list.total)}\n${indented(table(head, rows))}${more(list, rows.length)}`;
}

function findings(kind: string, list: Listed, limit: number): string {
  const lines = list.rows.slice(0, limit).map((e) => {
    const what = e.what as string[];
    const why = e.why as string[];
    const notes = [what.join(', '), why.length > 0 ? `why: ${why.join(', ')}` : ''].filter((t) => t !== '').join('; ');
    return `  ${safe(e.evidence_id)} ${safe(e.threat_level)} ${clipped(safe(e.description), 160)}${notes ? `\n    ${safe(notes)}` : ''}`;
  });
  return `Findings ${kind}: ${count(list.total)}\n${lines.join('\n')}${more(list, lines.length)}`;
}

const more = (list: Listed, shown: number): string =>
  list.total > shown ? `\n  and ${count(list.total - shown)} more; --limit N shows more` : '';

const indented = (text: string): string => text.replace(/^/gm, '  ');
