import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of Zeek's own logs beside a trace. */
export interface Baseline {
  readonly trace: string;
  readonly pcap: string;
  readonly test: string;
  readonly log: string;
  readonly bare: boolean;
  readonly fields: string[];
  readonly rows: Record<string, string>[];
  readonly script: string;
}

/** All baselines under `zeek-traces`. */
export function baselines(root: string): Baseline[] {
  const out: Baseline[] = [];
  for (const trace of readdirSync(root).sort()) {
    const folder = join(root, trace);
    const pcap = readdirSync(folder).find((name) => name.startsWith('trace.'));
    if (pcap === undefined) continue;
    for (const test of readdirSync(folder).sort()) {
      const meta = join(folder, test, 'meta.json');
      if (!existsSync(meta)) continue;
      const { bare, command } = JSON.parse(readFileSync(meta, 'utf8')) as { bare: boolean; command: string };
      for (const file of readdirSync(join(folder, test)).sort()) {
        const log = /^(\w+)\.log(\.cut)?$/.exec(file)?.[1];
        if (log === undefined) continue;
        const parsed = parse(readFileSync(join(folder, test, file), 'utf8'));
        out.push({ trace, pcap: join(folder, pcap), test, log, bare, script: command, ...parsed });
      }
    }
  }
  return out;
}

function parse(content: string): { fields: string[]; rows: Record<string, string>[] } {
  let fields: string[] | undefined;
  const rows: Record<string, string>[] = [];
  for (const line of content.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#fields')) fields = line.split('\t').slice(1);
    else if (line.startsWith('#')) continue;
    else if (fields === undefined) fields = line.split('\t');
    else rows.push(Object.fromEntries(line.split('\t').map((cell, i) => [fields![i] ?? String(i), cell])));
  }
  return { fields: (fields ?? []).map((f) => f.replace(/^id\./, '')), rows: rows.map(dropId) };
}

function dropId(row: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([k, v]) => [k.replace(/^id\./, ''), v]));
}
