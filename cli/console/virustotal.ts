import { answerSchema, RELATED, type RelatedKind } from '../../analysis/enrich/virustotal/answer.js';

/** Scores that Slips names, and the words of its columns for them. */
const KINDS = Object.keys(RELATED) as RelatedKind[];
const word = (kind: RelatedKind): string => kind.replace('_file', '');

/** Titles of the columns that `virustotalCells` fills: engines, then the four scores of Slips. */
export const VIRUSTOTAL_COLUMNS: readonly string[] = ['VT', ...KINDS.map(word)];

/** Engines that call an address malicious, of all; then scores of URLs, downloads, referrers and callers. */
export function virustotalCells(answer: unknown): string[] {
  const vt = read(answer);
  if (vt?.status !== 'found') return VIRUSTOTAL_COLUMNS.map(() => '');
  return [`${vt.malicious}/${vt.engines}`, ...KINDS.map((kind) => vt.related[kind]?.score.toFixed(2) ?? '')];
}

/** The same in words. */
export function virustotalText(answer: unknown): string {
  const vt = read(answer);
  if (vt === undefined) return '';
  if (vt.status === 'unknown') return 'not known there';
  const [engines, ...scores] = virustotalCells(answer);
  const related = scores.flatMap((score, i) => (score === '' ? [] : [`${word(KINDS[i]!)} ${score}`]));
  return [`${engines} engines`, ...related].join(' · ');
}

function read(answer: unknown): ReturnType<typeof answerSchema.parse> | undefined {
  if (typeof answer !== 'string') return undefined;
  try {
    return answerSchema.safeParse(JSON.parse(answer)).data;
  } catch {
    return undefined;
  }
}
