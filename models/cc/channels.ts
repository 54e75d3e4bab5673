import { readFileSync } from 'node:fs';
import { buildLetters } from '../../analysis/letters/build.js';
import { defaultOptions } from '../../analysis/options.js';
import { asset } from '../../cli/package-root.js';
import type { LabelledData } from '../kind.js';
import { encode } from './alphabet.js';
import { readLettersFile } from './letters-file.js';

/** A labelled channel: the last letters of one tuple. Only TCP: of lookups, bots' are like everyone's. */
export interface Channel {
  readonly codes: Uint8Array;
  readonly label: 0 | 1;
  /** Hosts, families and captures that belong together have one number, from 0. */
  readonly group: number;
}

export interface Channels {
  readonly channels: readonly Channel[];
  /** What each group is. */
  readonly groups: readonly string[];
  /** Index into the data's own groups, by group. */
  readonly inputs: readonly number[];
  /** What was left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

interface Raw {
  readonly letters: string;
  readonly label: 0 | 1;
  readonly input: number;
  /** What must not stand on two sides of a split. */
  readonly ties: readonly string[];
}

/**
 * The labelled channels of files of letters and of captures. Strings that come twice count once, with the label of most;
 * those with as many labels of each kind are left out.
 * @param shortest fewer letters say nothing
 */
export async function labelledChannels(data: LabelledData, shortest: number): Promise<Channels> {
  const dropped: Record<string, number> = {};
  const drop = (why: string, n = 1): void => {
    if (n > 0) dropped[why] = (dropped[why] ?? 0) + n;
  };
  const raw = [...fromFiles(data, drop), ...(await fromCaptures(data))];
  const strings = new Map<string, Raw[]>();
  for (const r of raw) {
    if (r.letters.length < shortest) {
      drop(`fewer than ${shortest} letters`);
      continue;
    }
    const key = r.letters.slice(-500);
    const same = strings.get(key);
    if (same) same.push(r);
    else strings.set(key, [r]);
  }
  const ties = new Ties();
  for (const r of raw) ties.join(r.ties);
  const kept: { raw: Raw; codes: Uint8Array }[] = [];
  for (const [text, same] of strings) {
    const malicious = same.filter((r) => r.label === 1).length;
    const codes = encode(text);
    if (codes === undefined || malicious * 2 === same.length) {
      drop('the same string with both labels', same.length);
      continue;
    }
    drop('a string that is there already', same.length - 1);
    const label = malicious * 2 > same.length ? 1 : 0;
    kept.push({ raw: same.find((r) => r.label === label)!, codes });
  }
  const numbers = new Map<string, number>();
  const groups: string[] = [];
  const inputs: number[] = [];
  const channels = kept.map(({ raw: r, codes }): Channel => {
    const root = ties.rootOf(r.ties[0]!);
    let group = numbers.get(root);
    if (group === undefined) {
      group = groups.length;
      numbers.set(root, group);
      groups.push(root);
      inputs.push(r.input);
    }
    return { codes, label: r.label, group };
  });
  return { channels, groups, inputs, dropped };
}

function fromFiles(data: LabelledData, drop: (why: string, n: number) => void): Raw[] {
  const out: Raw[] = [];
  for (const { path, group } of data.files) {
    const { rows, skipped } = readLettersFile(path);
    for (const [why, n] of Object.entries(skipped)) drop(why, n);
    for (const row of rows) {
      if (row.proto !== undefined && row.proto !== 'tcp') {
        drop('not TCP', 1);
        continue;
      }
      const host = `host ${row.host ?? 'unknown'} of ${data.groups[group]!.name}`;
      out.push({
        letters: row.letters,
        label: row.label,
        input: group,
        ties: [host, ...row.families.map((f) => `family ${f}`)],
      });
    }
  }
  return out;
}

async function fromCaptures(data: LabelledData): Promise<Raw[]> {
  const { db } = data.store;
  if ((await db.number('SELECT count(*) FROM labels')) === 0) return [];
  await db.transaction(() => buildLetters(db, defaultOptions.letters));
  const rows = await db.all<{ grp: number; letters: string; label: number }>(
    readFileSync(asset('models', 'cc', 'channels.sql'), 'utf8'),
  );
  return rows.map((r): Raw => {
    const group = data.groups[Number(r.grp)]!;
    return {
      letters: r.letters,
      label: Number(r.label) === 1 ? 1 : 0,
      input: Number(r.grp),
      ties: [`capture ${group.name}`, `family ${group.family.toLowerCase()}`],
    };
  });
}

/** Sets of names that were seen together. */
class Ties {
  readonly #up = new Map<string, string>();

  rootOf(name: string): string {
    let root = name;
    for (let up = this.#up.get(root); up !== undefined && up !== root; up = this.#up.get(root)) root = up;
    return root;
  }

  join(names: readonly string[]): void {
    const root = this.rootOf(names[0]!);
    this.#up.set(root, root);
    for (const name of names.slice(1)) {
      const other = this.rootOf(name);
      this.#up.set(other, root);
    }
  }
}
