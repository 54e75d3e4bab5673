import { readFileSync } from 'node:fs';

/** Results that are compared with those of other programs. */
export type Compared = 'conn' | 'http' | 'tls' | 'suricata';

interface Known {
  readonly what: string;
  readonly traces: readonly string[];
  readonly reason: string;
}

const known: readonly Known[] = readFileSync(new URL('./differences.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [what, traces, reason] = line.split('\t');
    return { what: what!, traces: traces!.split(' '), reason: reason! };
  });

/** Whether it is known why something differs from the other program in a trace: `differences.tsv` has the reason. */
export function isKnownDifference(what: string, trace: string): boolean {
  return known.some((group) => group.what === what && group.reason !== '' && group.traces.includes(trace));
}
