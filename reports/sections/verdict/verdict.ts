import type { CaseFacts } from '../../case-facts.js';
import { counted, grouped, score } from '../../format/numbers.js';

/** How the verdict is coloured. */
export type Tone = 'alert' | 'warning' | 'calm' | 'unknown';

export interface Verdict {
  readonly tone: Tone;
  /** The answer in a few words. */
  readonly headline: string;
  /** The numbers behind it. */
  readonly sentence: string;
}

/** The one answer of the report, from what the case holds. */
export function verdictOf(facts: CaseFacts): Verdict {
  if (facts.captures === 0)
    return unknown('Nothing to judge', 'The case holds no capture. Ingest some traffic, then analyse it.');
  if (facts.analysis === 'none') {
    return unknown(
      'Not analysed yet',
      `The case holds ${counted(facts.flows, 'flow')}; no detection has run over them.`,
    );
  }
  if (facts.analysis === 'unfinished') {
    return unknown(
      'The analysis did not finish',
      'It was interrupted before findings were stored. Nothing below says that a host is clean: analyse the case again.',
    );
  }
  if (facts.flows === 0) return unknown('Nothing to judge', 'No flow lies in what this report is about.');
  if (facts.ran === 0) return unknown('Nothing could be decided', 'No detection was able to run on this traffic.');
  return judged(facts);
}

const unknown = (headline: string, sentence: string): Verdict => ({ tone: 'unknown', headline, sentence });

function judged(facts: CaseFacts): Verdict {
  const threshold = facts.threshold === null ? 'the threshold' : `the threshold of ${score(facts.threshold)}`;
  const counts = facts.evidence - facts.suppressed;
  if (facts.affected > 0) {
    const hosts = counted(facts.affected, 'local host');
    return {
      tone: 'alert',
      headline: `${hosts} ${facts.affected === 1 ? 'needs' : 'need'} attention`,
      sentence:
        `${hosts} of ${grouped(facts.localHosts)} reached ${threshold} in ${counted(facts.alerts, 'time window')}` +
        `${facts.attackers > 0 ? `; ${counted(facts.attackers, 'host')} outside included` : ''}.`,
    };
  }
  if (facts.attackers > 0) {
    return {
      tone: 'warning',
      headline: 'Attacked from outside, no local host raised an alert',
      sentence: `${counted(facts.attackers, 'host')} outside the local networks reached ${threshold} in ${counted(facts.alerts, 'time window')}.`,
    };
  }
  if (facts.leads > 0) {
    return {
      tone: 'warning',
      headline: `No alert, but ${counted(facts.leads, 'local host')} to look at`,
      sentence: `${counted(counts, 'finding')} stayed below ${threshold}; those of ${facts.leads === 1 ? 'this host' : 'these hosts'} come nearest.`,
    };
  }
  if (counts > 0) {
    return {
      tone: 'calm',
      headline: 'No host raised an alert',
      sentence: `${counted(counts, 'finding')} stayed below ${threshold}. They are listed below, strongest first.`,
    };
  }
  return {
    tone: 'calm',
    headline: 'Nothing found',
    sentence: `${counted(facts.ran, 'detection')} ran over ${counted(facts.flows, 'flow')} and found nothing.`,
  };
}
