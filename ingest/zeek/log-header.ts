/** The `#` lines of a Zeek TSV log. */
export interface LogHeader {
  readonly separator: string;
  readonly setSeparator: string;
  readonly empty: string;
  readonly unset: string;
  /** Zeek's name of the log (`conn`), if the header says it. */
  readonly path: string | undefined;
  readonly fields: readonly string[];
  /** The last header field holds several names set apart by spaces (as in IoT-23's labelled logs). */
  readonly spacedTail: boolean;
  /** Line numbers of the block. */
  readonly firstLine: number;
  readonly lastLine: number;
}

interface CommentLine {
  readonly line: number;
  readonly text: string;
}

/** Header blocks of a file in order: several when rotated logs were joined. A block ends at its last `#` line. */
export function parseHeaders(comments: readonly CommentLine[]): LogHeader[] {
  const out: LogHeader[] = [];
  let state = defaults(0);
  for (const { line, text } of comments) {
    const clean = text.replace(/^\uFEFF/, '').trimStart();
    const word = /^#(\w+)/.exec(clean)?.[1];
    const value = clean.slice(word ? word.length + 2 : 1);
    if (word === 'separator') state = { ...defaults(line), separator: unescapeHex(value.trim()) };
    else if (word === 'set_separator') state.setSeparator = value;
    else if (word === 'empty_field') state.empty = value;
    else if (word === 'unset_field') state.unset = value;
    else if (word === 'path') state.path = value;
    else if (word === 'fields') {
      const cells = value.split(state.separator);
      const tail = cells.at(-1)!.split(/ {2,}/);
      const fields = [...cells.slice(0, -1), ...tail].map((f) => f.trim());
      out.push({ ...state, fields, spacedTail: tail.length > 1, lastLine: line });
    } else if (word === 'types' && out.length > 0 && out.at(-1)!.lastLine === line - 1) {
      out[out.length - 1] = { ...out.at(-1)!, lastLine: line };
    }
  }
  return out;
}

function defaults(line: number): {
  separator: string;
  setSeparator: string;
  empty: string;
  unset: string;
  path: string | undefined;
  firstLine: number;
} {
  return { separator: '\t', setSeparator: ',', empty: '(empty)', unset: '-', path: undefined, firstLine: line };
}

const unescapeHex = (text: string): string =>
  text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) || '\t';

/** True when both blocks describe the same rows, so that one read serves both. */
export function sameShape(a: LogHeader, b: LogHeader): boolean {
  return (
    a.separator === b.separator &&
    a.setSeparator === b.setSeparator &&
    a.empty === b.empty &&
    a.unset === b.unset &&
    a.fields.length === b.fields.length &&
    a.fields.every((f, i) => f === b.fields[i])
  );
}
