import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { inputError } from '../../cli/errors.js';

/** One labelled string of letters as a file gives it, cleaned. */
export interface LettersRow {
  readonly label: 0 | 1;
  readonly letters: string;
  /** The host that the tuple begins with, where it can be read. */
  readonly host: string | undefined;
  /** `tcp`, `udp`, …, where tuple or label say it. */
  readonly proto: string | undefined;
  /** Malware families that the label names, lower case. */
  readonly families: readonly string[];
}

export interface LettersFile {
  readonly rows: readonly LettersRow[];
  /** Rows that were not taken, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** Words in a label that name malware; others (`CC`, `SPAM`, `Attempt`) say what it did. */
const FAMILIES =
  /\b(andromeda|asyncrat|cridex|dridex|emotet|gozi|havex|kelihos|menti|miuref|murlo|necurs|neris|njrat|qakbot|quasar|rbot|remcos|sality|sogou|tinba|trickbot|virut|zbot|zeroaccess|zeus)\b/g;
const LARGEST = 512 * 1024 * 1024;

/** Whether a file's first line is the header of a table of letters, or a row of the older form with `|`. */
export function isLettersFile(path: string): boolean {
  let start: string;
  try {
    const fd = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(4096);
      start = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0)).toString('latin1');
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  const line = start.split(/\r?\n/, 1)[0]!;
  const columns = line.split('\t').map((c) => c.trim().toLowerCase());
  if (columns.includes('letters') && (columns.includes('label') || columns.includes('class'))) return true;
  return /^[^\t|]*\|\s*From-[^|]*\|[^|]*\|/.test(line);
}

/**
 * Reads labelled letters: a TSV with a header (`letters`, `label` or `class`, optional `tuple4`), or rows of
 * `note | label | tuple | letters`.
 * @throws CliError when it is too large
 */
export function readLettersFile(path: string): LettersFile {
  const bytes = readFileSync(path);
  if (bytes.length > LARGEST) throw inputError(`${path}: larger than 512 MB; cut it`);
  const lines = bytes.toString('latin1').split(/\r?\n/);
  const header = lines[0]!.split('\t').map((c) => c.trim().toLowerCase());
  const table = header.includes('letters');
  const at = table
    ? {
        label: header.indexOf('label'),
        class: header.indexOf('class'),
        tuple: header.findIndex((h) => h.startsWith('tuple')),
        letters: header.indexOf('letters'),
      }
    : { label: 1, class: -1, tuple: 2, letters: 3 };
  const rows: LettersRow[] = [];
  const skipped: Record<string, number> = {};
  const skip = (why: string): void => {
    skipped[why] = (skipped[why] ?? 0) + 1;
  };
  for (const line of table ? lines.slice(1) : lines) {
    if (line.trim() === '') continue;
    const cells = line.split(table ? '\t' : '|');
    const cell = (i: number): string => (i < 0 ? '' : (cells[i] ?? '').trim());
    const label = classOf(cell(at.label), cell(at.class));
    const letters = cleanLetters(cell(at.letters));
    if (label === undefined) skip('no class in the label');
    else if (letters === undefined) skip('a character that is no letter');
    else {
      const tuple = cell(at.tuple);
      const words = cell(at.label);
      rows.push({ label, letters, host: hostOf(tuple), proto: protoOf(tuple, words), families: familiesOf(words) });
    }
  }
  return { rows, skipped };
}

/** The label's own words decide (`From-Normal-…`, `From-Botnet-…`, `From-Malware-…`), else the class beside it. */
function classOf(label: string, given: string): 0 | 1 | undefined {
  if (/normal|benign/i.test(label)) return 0;
  if (/botnet|malware|malicious/i.test(label)) return 1;
  if (/^(normal|benign)$/i.test(given)) return 0;
  if (/^(botnet|malware|malicious)$/i.test(given)) return 1;
  return undefined;
}

/**
 * Of several time characters in a row, which no flow writes, the first stays.
 * @returns undefined when there are other characters, or none
 */
export function cleanLetters(text: string): string | undefined {
  const letters = text.replace(/([.,+*])[.,+*]+/g, '$1');
  return /^[0-9a-iA-Ir-zR-Z.,+*]+$/.test(letters) ? letters : undefined;
}

/** The first address of `saddr-daddr-dport-proto`, without the terminal colours (or what is left of them) around it. */
export function hostOf(tuple: string): string | undefined {
  const plain = tuple
    .replace(/\x1b\[\d*m/g, '')
    .replace(/^(\x1b\[|\^\[\[|\[)+/, '')
    .trim();
  return /^((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]+)-/i.exec(plain)?.[1]?.toLowerCase();
}

const protoOf = (tuple: string, label: string): string | undefined =>
  (/-(tcp|udp|icmp|arp)\b/i.exec(tuple) ?? /^From-[a-z]+-(tcp|udp|icmp|arp)-/i.exec(label))?.[1]?.toLowerCase();

const familiesOf = (label: string): string[] =>
  [
    ...new Set(
      label
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ' ')
        .match(FAMILIES) ?? [],
    ),
  ].sort();
