import type { Database } from '../../../ingest/case/database.js';
import type { RunFacts } from '../../detection/requires.js';
import { hasAnswers } from './look-up.js';

/** What detections may require of answers from outside: `lookups.virustotal`. */
export async function lookUpFacts(db: Database): Promise<RunFacts> {
  return {
    fields: new Set((await hasAnswers(db)) ? ['lookups.virustotal'] : []),
    missing: () => 'VirusTotal was not asked: run with --virustotal and a key',
  };
}
