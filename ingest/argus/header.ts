/** Cells of an Argus row that the reader knows; every other column goes to `extra`. */
export type ArgusField =
  | 'start'
  | 'last'
  | 'dur'
  | 'proto'
  | 'src'
  | 'sport'
  | 'dir'
  | 'dst'
  | 'dport'
  | 'state'
  | 'totPkts'
  | 'totBytes'
  | 'srcPkts'
  | 'srcBytes'
  | 'dstPkts'
  | 'dstBytes'
  | 'srcMac'
  | 'dstMac'
  | 'srcVlan'
  | 'dstVlan'
  | 'label';

/** Header names as `ra` prints them and its names for them on the command line, lower case. Whole names only. */
const NAMES: Record<ArgusField, readonly string[]> = {
  start: ['starttime', 'stime'],
  last: ['lasttime', 'ltime'],
  dur: ['dur', 'duration'],
  proto: ['proto'],
  src: ['srcaddr', 'saddr'],
  sport: ['sport', 'srcport'],
  dir: ['dir'],
  dst: ['dstaddr', 'daddr'],
  dport: ['dport', 'dstport'],
  state: ['state'],
  totPkts: ['totpkts', 'pkts'],
  totBytes: ['totbytes', 'bytes'],
  srcPkts: ['srcpkts', 'spkts'],
  srcBytes: ['srcbytes', 'sbytes'],
  dstPkts: ['dstpkts', 'dpkts'],
  dstBytes: ['dstbytes', 'dbytes'],
  srcMac: ['srcmac', 'smac'],
  dstMac: ['dstmac', 'dmac'],
  srcVlan: ['svid', 'svlan'],
  dstVlan: ['dvid', 'dvlan'],
  label: ['label'],
};

/** How an Argus text file is laid out. */
export interface ArgusHeader {
  readonly delimiter: string;
  /** Column names in order, made unique. */
  readonly columns: readonly string[];
  /** Which column holds a field. */
  readonly fields: ReadonlyMap<ArgusField, string>;
  /** Columns that go to `extra`. */
  readonly others: readonly string[];
  /** The columns are the usual ones, guessed from the first line: the file has no header. */
  readonly guessed: boolean;
}

const CTU_COLUMNS = [
  'StartTime',
  'Dur',
  'Proto',
  'SrcAddr',
  'Sport',
  'Dir',
  'DstAddr',
  'Dport',
  'State',
  'sTos',
  'dTos',
  'TotPkts',
  'TotBytes',
  'SrcBytes',
];

/**
 * Reads the layout from a file's head: a header line, or a first line that can only be an Argus row.
 * Undefined when it is neither.
 */
export function argusHeader(text: string): ArgusHeader | undefined {
  const lines = text.split(/\r?\n/).filter((l) => l.trim() !== '');
  const first = lines[0]?.replace(/^\uFEFF/, '');
  if (first === undefined) return undefined;
  const delimiter = first.split('\t').length > first.split(',').length ? '\t' : ',';
  const cells = first
    .replace(/^#\s*/, '')
    .split(delimiter)
    .map((c) => c.trim());
  const named = layout(cells, delimiter, false);
  if (named) return withUnnamedColumns(named, lines.slice(1));
  return isArgusRow(cells) ? layout(defaultColumns(lines, delimiter), delimiter, true) : undefined;
}

function layout(cells: readonly string[], delimiter: string, guessed: boolean): ArgusHeader | undefined {
  const columns: string[] = [];
  for (const cell of cells) columns.push(unique(cell || `column${columns.length + 1}`, columns));
  const fields = new Map<ArgusField, string>();
  for (const [field, names] of Object.entries(NAMES) as [ArgusField, readonly string[]][]) {
    const column = names.map((n) => columns.find((c) => c.toLowerCase() === n)).find((c) => c !== undefined);
    if (column !== undefined) fields.set(field, column);
  }
  if (!fields.has('src') || !fields.has('dst') || !fields.has('proto')) return undefined;
  if (!fields.has('start') && !fields.has('last')) return undefined;
  const used = new Set(fields.values());
  return { delimiter, columns, fields, others: columns.filter((c) => !used.has(c)), guessed };
}

/** Rows that all have the same few cells more than the header: their columns get a number for a name. */
function withUnnamedColumns(header: ArgusHeader, lines: readonly string[]): ArgusHeader {
  // The last line of the head may be cut.
  const widths = lines.slice(0, Math.max(1, lines.length - 1)).map((l) => l.split(header.delimiter).length);
  const least = Math.min(...widths);
  if (widths.length === 0 || least <= header.columns.length) return header;
  const columns = [...header.columns];
  while (columns.length < least) columns.push(unique(`column${columns.length + 1}`, columns));
  return { ...header, columns, others: [...header.others, ...columns.slice(header.columns.length)] };
}

function unique(name: string, taken: readonly string[]): string {
  let out = name;
  // DuckDB compares names without case.
  for (let i = 2; taken.some((t) => t.toLowerCase() === out.toLowerCase()); i++) out = `${name}_${i}`;
  return out;
}

const DIRECTION = /^(<?[-|o?]+>?|who|tell|)$/;
const TIME = /^(\d{4}[/-]\d{2}[/-]\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?Z?|\d{9,10}\.\d+)$/;

function isArgusRow(cells: readonly string[]): boolean {
  return (
    cells.length >= CTU_COLUMNS.length &&
    cells.length <= CTU_COLUMNS.length + 2 &&
    TIME.test(cells[0]!) &&
    /^\d+(\.\d+)?$/.test(cells[1]!) &&
    /^[a-z][a-z0-9-]*$/i.test(cells[2]!) &&
    DIRECTION.test(cells[5]!) &&
    [11, 12, 13].every((i) => /^\d*$/.test(cells[i]!))
  );
}

/** CTU's columns; the fifteenth is SrcPkts where it is a number in every line, else the label. */
function defaultColumns(lines: readonly string[], delimiter: string): string[] {
  const rows = lines.slice(0, 200).map((l) => l.split(delimiter));
  const hasPackets = rows.every((r) => r[14] === undefined || /^\d+$/.test(r[14].trim()));
  return [...CTU_COLUMNS, ...(hasPackets && rows.some((r) => r[14] !== undefined) ? ['SrcPkts'] : []), 'Label'];
}
