import type { DetectSummary } from '../analysis/detect.js';
import type { Database } from '../ingest/case/database.js';
import { score as scoreText } from '../reports/format/numbers.js';
import { count, plural, safe } from './terminal.js';

/** Numbers of an analysis in one line. */
export const detectText = (s: DetectSummary): string =>
  `${plural(s.flows, 'flow')}, ${plural(s.profiles, 'host')} in ${plural(s.windows, 'window')}: ` +
  `${plural(s.evidence, 'finding')}${s.suppressed > 0 ? ` (${s.suppressed} suppressed)` : ''}, ${plural(s.alerts, 'alert')}` +
  `${s.notDecided > 0 ? `; ${plural(s.notDecided, 'detection')} could not be decided` : ''}`;

/** Detections that failed are said, and make the exit code 1: the rest of the analysis is there. */
export function reportFailures(summary: DetectSummary): void {
  for (const f of summary.feedProblems) {
    process.stderr.write(`warning: feed ${safe(f.feed)} is not used: ${safe(f.reason)}\n`);
  }
  const { lookUps, reverse } = summary;
  if (reverse?.problem !== undefined) process.stderr.write(`warning: reverse look-ups: ${safe(reverse.problem)}\n`);
  if (reverse !== undefined)
    process.stderr.write(
      `Names of addresses: ${plural(reverse.asked, 'question')}, ${count(reverse.fromCache)} from the cache, ${count(reverse.named)} named, ${count(reverse.left)} without an answer\n`,
    );
  if (lookUps?.problem !== undefined) process.stderr.write(`warning: VirusTotal: ${safe(lookUps.problem)}\n`);
  if (lookUps !== undefined && lookUps.left > 0)
    process.stderr.write(
      `VirusTotal: ${plural(lookUps.asked, 'question')}, ${count(lookUps.left)} subjects not asked about\n`,
    );
  for (const f of summary.failed) process.stderr.write(`warning: detection ${f.detection} failed: ${safe(f.reason)}\n`);
  if (summary.failed.length > 0) process.exitCode = 1;
}

/** The host with the highest score, local ones first. */
export async function worstHost(db: Database): Promise<{ profile: string; score: number; local: boolean } | undefined> {
  const row = await db.one<{ profile: string; score: number; is_local: boolean }>(
    `SELECT profile, score, is_local FROM profiles WHERE score > 0
     ORDER BY (alerted AND is_local) DESC, alerted DESC, score DESC, profile, tw_start LIMIT 1`,
  );
  return row && { profile: row.profile, score: row.score, local: row.is_local };
}

/** One sentence: what an analyst wants to know first. */
export async function verdictText(db: Database, summary: DetectSummary): Promise<string> {
  const worst = await worstHost(db);
  if (summary.flows === 0 && summary.evidence === 0) return 'Nothing to judge: no flow and no finding.';
  if (summary.alerts === 0) {
    return worst
      ? `No alert. Highest score ${scoreText(worst.score)}: ${safe(worst.profile)}`
      : 'No alert and no finding that counts.';
  }
  const hosts = summary.affectedHosts;
  const head =
    hosts > 0
      ? `${plural(hosts, 'affected host')} with ${plural(summary.alerts, 'alert')}`
      : `${plural(summary.alerts, 'alert')}, none on a local host`;
  return `${head}. Worst: ${safe(worst!.profile)} (score ${scoreText(worst!.score)})`;
}
