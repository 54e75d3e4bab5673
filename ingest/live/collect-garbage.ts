import { setImmediate as turn } from 'node:timers/promises';
import { garbageCollector } from '../case/garbage-collector.js';

/** Frees results of statements that are no longer used, about 30 ms: else over hours they gather. */
export async function collectGarbage(): Promise<void> {
  garbageCollector()();
  // What is freed is freed on the next turns.
  await turn();
  await turn();
}
