import { answerSchema, RELATED, type RelatedKind } from '../../analysis/enrich/virustotal/answer.js';

/** What VirusTotal said of an address, as Kalipso has it: engines, then scores of URLs, downloads, referrers and callers. */
export function virustotalText(answer: unknown, short = false): string {
  if (typeof answer !== 'string') return '';
  const read = answerSchema.safeParse(parsed(answer));
  if (!read.success) return '';
  const vt = read.data;
  if (vt.status === 'unknown') return short ? '' : 'not known there';
  const engines = `${vt.malicious}/${vt.engines}`;
  if (short) return engines;
  const related = (Object.keys(RELATED) as RelatedKind[]).flatMap((kind) => {
    const score = vt.related[kind]?.score;
    return score === undefined ? [] : [`${kind.replace('_file', '')} ${score.toFixed(2)}`];
  });
  return [`${engines} engines`, ...related].join(' · ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
