import type { Activity, TimelineQuestion } from '../analysis/timeline/timeline.js';
import type { Database } from '../ingest/case/database.js';
import { timeOption } from '../reports/options.js';
import { CliError, usageError } from './errors.js';

/** What is asked of a host's story, as the command line says it; times in UTC. */
export interface TimelineFlags {
  readonly profile: string;
  readonly site?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A line of a host's story as `timeline --json` prints it. */
export interface TimelineLine {
  /** The host. */
  readonly profile: string;
  readonly site: string;
  /** Start of the window. Times are text `YYYY-MM-DDTHH:MM:SS.ffffffZ` (UTC). */
  readonly tw_start: string;
  readonly ts: string;
  /** The flow in table `flows`; null for findings and alerts. */
  readonly flow_id: number | null;
  /** `flow`, `icmp`, `dns`, `http`, `tls`, `ssh`, `smtp`, `dhcp`, `finding` or `alert`. */
  readonly kind: string;
  /** One sentence. Text of captures in it is as the case has it: make it safe before showing. */
  readonly summary: string;
  /** What the sentence was made of; its keys depend on `kind`. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The checked question.
 * @param limit lines at most; undefined: all
 * @throws CliError code 2 for times that are none or in the wrong order
 */
export function timelineQuestion(flags: TimelineFlags, limit: number | undefined): TimelineQuestion {
  const since = timeOption('--since', flags.since);
  const until = timeOption('--until', flags.until);
  if (since && until && since >= until) throw usageError('--since must be before --until');
  return { profile: flags.profile, site: flags.site, since, until, limit };
}

/** @throws CliError code 1 when the case has never seen the address */
export async function knownHost(db: Database, profile: string): Promise<void> {
  const seen = await db.number(
    `SELECT (SELECT count(*) FROM flows WHERE orig_h = canonical_ip($a) OR resp_h = canonical_ip($a))
       + (SELECT count(*) FROM profiles WHERE profile = canonical_ip($a)) + (SELECT count(*) FROM addresses WHERE address = canonical_ip($a))`,
    { a: profile },
  );
  if (seen === 0) {
    throw new CliError(
      `no host ${JSON.stringify(profile)} in this case; list them with: slipstream query --db FILE "SELECT profile, max(score) FROM profiles GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50"`,
    );
  }
}

export const timelineObject = (a: Activity): TimelineLine => ({
  ...a,
  tw_start: iso(a.tw_start),
  ts: iso(a.ts),
  flow_id: a.flow_id === null ? null : Number(a.flow_id),
  details: JSON.parse(a.details) as Record<string, unknown>,
});

/** `2026-03-02 08:41:07.1` as `2026-03-02T08:41:07.100000Z`. */
function iso(time: string): string {
  const [seconds, rest = ''] = time.replace(' ', 'T').split('.');
  return `${seconds}.${rest.padEnd(6, '0')}Z`;
}
