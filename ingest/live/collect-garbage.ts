import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Has V8 collect garbage now, about 30 ms. Results of statements lie outside of its heap and go with the small objects that
 * stand for them: V8 sees little to collect, so that over hours they gather.
 */
export async function collectGarbage(): Promise<void> {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  // What is freed is freed on the next turns.
  await turn();
  await turn();
}
