import { isIP } from 'node:net';

/** Cells of an nfdump row that the reader knows; every other column that says something goes to `extra`. */
export type NfdumpField =
  | 'start'
  | 'end'
  | 'dur'
  | 'src'
  | 'dst'
  | 'sport'
  | 'dport'
  | 'proto'
  | 'flags'
  | 'inPkts'
  | 'inBytes'
  | 'outPkts'
  | 'outBytes'
  | 'srcMac'
  | 'dstMac'
  | 'srcVlan'
  | 'dstVlan';

/** Header names of nfdump's CSV, of 1.6 and 1.7.1 and of the shorter one since 1.7.2, lower case. */
const NAMES: Record<NfdumpField, readonly string[]> = {
  start: ['ts', 'firstseen'],
  end: ['te', 'lastseen'],
  dur: ['td', 'duration'],
  src: ['sa', 'srcaddr'],
  dst: ['da', 'dstaddr'],
  sport: ['sp', 'srcport'],
  dport: ['dp', 'dstport'],
  proto: ['pr', 'proto'],
  flags: ['flg', 'flags'],
  inPkts: ['ipkt', 'packets'],
  inBytes: ['ibyt', 'bytes'],
  outPkts: ['opkt', 'outpackets'],
  outBytes: ['obyt', 'outbytes'],
  srcMac: ['ismc'],
  dstMac: ['idmc'],
  srcVlan: ['svln'],
  dstVlan: ['dvln'],
};

/** Columns of nfdump's CSV up to 1.7.1, in order. */
const CSV_COLUMNS = (
  'ts te td sa da sp dp pr flg fwd stos ipkt ibyt opkt obyt in out sas das smk dmk dtos dir nh nhb svln dvln ismc odmc ' +
  'idmc osmc mpls1 mpls2 mpls3 mpls4 mpls5 mpls6 mpls7 mpls8 mpls9 mpls10 cl sl al ra eng exid tr'
).split(' ');

/** How an nfdump CSV file is laid out. */
export interface NfdumpHeader {
  readonly columns: readonly string[];
  readonly fields: ReadonlyMap<NfdumpField, string>;
  readonly others: readonly string[];
  /** The file has a header line. */
  readonly named: boolean;
}

/** The layout of a list of column names; undefined when needed ones are missing. */
export function nfdumpLayout(columns: readonly string[], named: boolean): NfdumpHeader | undefined {
  if (new Set(columns.map((c) => c.toLowerCase())).size !== columns.length) return undefined;
  const fields = new Map<NfdumpField, string>();
  for (const [field, names] of Object.entries(NAMES) as [NfdumpField, readonly string[]][]) {
    const column = columns.find((c) => names.includes(c.toLowerCase()));
    if (column !== undefined) fields.set(field, column);
  }
  const needed: NfdumpField[] = ['start', 'src', 'dst', 'sport', 'dport', 'proto', 'inPkts', 'inBytes'];
  if (needed.some((f) => !fields.has(f))) return undefined;
  const used = new Set(fields.values());
  return { columns, fields, others: columns.filter((c) => !used.has(c)), named };
}

/** Reads the layout from a file's head: a header line, or a first line that can only be an nfdump row. */
export function nfdumpHeader(text: string): NfdumpHeader | undefined {
  const first = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .find((l) => l.trim() !== '');
  if (first === undefined) return undefined;
  const cells = first.split(',').map((c) => c.trim());
  if (/^[a-z]/i.test(first)) return nfdumpLayout(cells, true);
  if (!isNfdumpRow(cells)) return undefined;
  return nfdumpLayout(
    cells.map((_, i) => CSV_COLUMNS[i] ?? `column${i + 1}`),
    false,
  );
}

const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/;

function isNfdumpRow(cells: readonly string[]): boolean {
  return (
    cells.length >= 15 &&
    TIME.test(cells[0]!) &&
    TIME.test(cells[1]!) &&
    /^\d+(\.\d+)?$/.test(cells[2]!) &&
    isIP(cells[3]!) > 0 &&
    isIP(cells[4]!) > 0
  );
}
