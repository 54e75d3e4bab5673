import type { CaseFacts } from '../../case-facts.js';
import { counted } from '../../format/numbers.js';

/** Something that weakens the verdict, and where the report says more. */
export interface Caveat {
  readonly text: string;
  readonly href: string;
}

/** What a reader must know before trusting the verdict. */
export function caveatsOf(facts: CaseFacts): Caveat[] {
  const out: Caveat[] = [];
  const locality = facts.provenance.get('locality') ?? '';
  if (locality.startsWith('no source address')) {
    out.push({
      text: 'No source address belongs to a private network, so every source counts as local. Name your networks with --home-net to tell inside from outside.',
      href: '#limits',
    });
  }
  if (facts.failed > 0)
    out.push({ text: `${counted(facts.failed, 'detection')} failed while running.`, href: '#detections' });
  if (facts.notDecided > 0) {
    out.push({
      text: `${counted(facts.notDecided, 'detection')} could not decide: the captures lack the fields they need.`,
      href: '#detections',
    });
  }
  if (facts.partlyDecided > 0) {
    out.push({
      text: `${counted(facts.partlyDecided, 'detection')} could decide for some of the sources only.`,
      href: '#detections',
    });
  }
  if (facts.disabled > 0)
    out.push({
      text: `${counted(facts.disabled, 'detection')} switched off by the configuration.`,
      href: '#detections',
    });
  const unread = facts.rejected - facts.repeated;
  if (unread > 0)
    out.push({ text: `${counted(unread, 'record')} of the captures could not be read.`, href: '#inputs' });
  if (facts.repeated > 0)
    out.push({
      text: `${counted(facts.repeated, 'record')} of the captures told of a flow again and ${facts.repeated === 1 ? 'was' : 'were'} left out.`,
      href: '#inputs',
    });
  if (facts.suppressed > 0)
    out.push({ text: `${counted(facts.suppressed, 'finding')} suppressed by the whitelist.`, href: '#suppressed' });
  return out;
}
