import type { CaseFacts } from '../../case-facts.js';
import { configurationOf } from '../../case-facts.js';
import { counted, grouped } from '../../format/numbers.js';
import type { SectionModule } from '../section.js';

/** What this report cannot say, in sentences. */
export const section: SectionModule = {
  build: async ({ facts }) => ({ limits: limitsOf(facts) }),
};

function limitsOf(facts: CaseFacts): string[] {
  const configuration = configurationOf(facts.provenance);
  const home = Array.isArray(configuration.homeNet) ? (configuration.homeNet as unknown[]).map(String) : [];
  const out: string[] = [];
  if (facts.analysis !== 'none') out.push(locality(facts, home));
  if (facts.guessedOrientation > 0) {
    out.push(
      `For ${counted(facts.guessedOrientation, 'flow')} the first packet was not seen; who opened them is a guess, and scans are not blamed on them.`,
    );
  }
  if (facts.unknownOutcome > 0)
    out.push(`For ${counted(facts.unknownOutcome, 'flow')} the source does not say how they ended.`);
  if (facts.evidence > facts.shown) {
    out.push(
      `The page holds ${grouped(facts.shown)} of ${counted(facts.evidence, 'finding')}. The counts are of all of them.`,
    );
  }
  if (Array.isArray(configuration.whitelist) && configuration.whitelist.length > 0)
    out.push(
      `${counted(configuration.whitelist.length, 'whitelist rule')} applied; flows that a rule ignores were seen by no detection.`,
    );
  out.push(
    'Only what crossed the point of capture is here: a host without findings may have done things that were not captured.',
    'Texts such as names, user agents and file names come from the traffic. Whoever sent it chose them.',
    'Times are UTC, as the captures give them.',
  );
  return out;
}

function locality(facts: CaseFacts, home: readonly string[]): string {
  const told = facts.provenance.get('locality') ?? '';
  if (told.startsWith('no source address'))
    return 'No source address belongs to a private network, so every source counts as local.';
  return home.length > 0
    ? `Local are the networks ${home.join(', ')}.`
    : 'Local are private, link-local, unique local, shared and loopback addresses.';
}
