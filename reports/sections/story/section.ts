import type { Row } from '../../../ingest/case/database.js';
import { counted, score } from '../../format/numbers.js';
import { clipped } from '../../format/text.js';
import { clock, dateTime, day } from '../../format/time.js';
import { LIMITS } from '../../limits.js';
import { type EvidenceLink, evidenceLinks } from '../../links.js';
import type { SectionModule } from '../section.js';

interface Sentence {
  readonly ts: string;
  readonly kind: 'finding' | 'alert';
  readonly level: string;
  readonly host: string;
  readonly site: string | null;
  readonly outside: boolean;
  readonly text: string;
  readonly links: readonly EvidenceLink[];
  readonly href: string | null;
}

/** What happened, in order of time: findings told by their own sentence, and when hosts crossed the threshold. */
export const section: SectionModule = {
  async build(context) {
    const found = await context.rows('findings', {
      text: LIMITS.text,
      links: LIMITS.linksPerFinding,
      story: LIMITS.story,
      fold: LIMITS.storyFold,
    });
    const crossed = await context.rows('alerts', { hosts: 20 });
    const sentences = [...found.map(findingSentence), ...crossed.map(alertSentence)].sort(inTime);
    return {
      days: byDay(sentences),
      told: found.length,
      untold: Number(found[0]?.sentences ?? 0) - found.length,
      analysed: context.facts.analysis === 'finished',
    };
  },
};

/** Findings before the alert that they raised. */
const inTime = (a: Sentence, b: Sentence): number =>
  a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : a.kind === b.kind ? 0 : a.kind === 'finding' ? -1 : 1;

function findingSentence(row: Row): Sentence {
  const hosts = Number(row.hosts);
  return {
    ...common(row),
    host: row.host === '' ? counted(hosts, 'host') : String(row.host),
    kind: 'finding',
    level: String(row.level),
    text: `${sentence(clipped(String(row.description), LIMITS.text))}${rest(row, hosts)}`,
    links: evidenceLinks(row.links, LIMITS.linksPerFinding),
    href: null,
  };
}

/** What came after the first finding. */
function rest(row: Row, hosts: number): string {
  const more = Number(row.findings) - 1;
  if (more <= 0) return '';
  const last = whenAfter(String(row.first_ts), String(row.last_ts));
  if (row.folded !== true) return ` Again in ${counted(more, 'later window')}, last ${last}.`;
  const who = hosts > 1 ? ` from ${counted(hosts, 'host')}` : '';
  return ` ${counted(more, 'more finding')} of this kind${who}, from ${dateTime(String(row.first_ts))} to ${whenAfter(String(row.first_ts), String(row.last_ts)).replace(/^at /, '')}.`;
}

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

function alertSentence(row: Row): Sentence {
  const more = Number(row.alerts) - 1;
  const again =
    more > 0
      ? `, and in ${counted(more, 'later window')} again, last ${whenAfter(String(row.first_ts), String(row.last_ts))}`
      : '';
  return {
    ...common(row),
    kind: 'alert',
    level: 'alert',
    text: `${row.profile} reached the alert threshold of ${score(Number(row.threshold))}: ${counted(Number(row.evidence_count), 'finding')}, score ${score(Number(row.score))}${again}.`,
    links: [],
    href: row.is_local ? `#host-${row.n}` : '#attackers',
  };
}

const common = (row: Row) => ({
  ts: String(row.ts ?? row.first_ts),
  host: String(row.profile ?? ''),
  site: row.site === '' ? null : String(row.site),
  outside: row.is_local !== true,
});

/** A later time, without the day when it is the same. */
const whenAfter = (first: string, later: string): string =>
  day(first) === day(later) ? `at ${clock(later)}` : dateTime(later);

function byDay(sentences: readonly Sentence[]): { day: string; sentences: Sentence[] }[] {
  const days: { day: string; sentences: Sentence[] }[] = [];
  for (const sentence of sentences) {
    const name = day(sentence.ts);
    if (days.at(-1)?.day !== name) days.push({ day: name, sentences: [] });
    days.at(-1)!.sentences.push(sentence);
  }
  return days;
}
