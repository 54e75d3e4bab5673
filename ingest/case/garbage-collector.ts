import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' | 'major' }) => void;

let collect: Collect | undefined;

/**
 * V8's collector, to be called at a good moment. What DuckDB allocates for a result lies outside of V8's heap and is freed
 * with the object that stands for it, which V8 takes for a few bytes: unasked it would wait for hundreds of megabytes of them.
 */
export function garbageCollector(): Collect {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  return collect;
}
