import type { Paint, Tone } from './paint.js';
import { clip, pad, width, wrap } from './text.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Takes what is left; at most one column of a table. */
  readonly grows?: boolean;
  /** Widest it may be; default 40. */
  readonly most?: number;
  /** Where there is no room for all columns, those with the highest number go first; without one a column stays. */
  readonly spare?: number;
}

export interface TableRow {
  /** One text per column, already safe to print. */
  readonly cells: readonly string[];
  readonly tone?: Tone | undefined;
  /** Of single cells, over that of the row. */
  readonly tones?: readonly (Tone | undefined)[] | undefined;
  /** What copying this row gives, as it stands in the case. */
  readonly copy?: string | undefined;
  /** What opening this row leads to. */
  readonly evidence?: string | undefined;
  readonly address?: string | undefined;
  readonly uid?: string | undefined;
}

/** A row whose cells are written when they are looked at: of thousands of rows few are. */
export function lazyRow(cells: () => readonly string[], rest: Omit<TableRow, 'cells'>): TableRow {
  let made: readonly string[] | undefined;
  return {
    ...rest,
    get cells() {
      made ??= cells();
      return made;
    },
  };
}

export interface TableModel {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  /** Rows that the query left out. */
  readonly more?: number;
  /** There are more rows than were read, nobody knows how many. */
  readonly cut?: boolean;
  /** The days of its times. */
  readonly days?: string;
  /** Words where there are no rows. */
  readonly empty: string;
}

/** Place in a table: the chosen row and the first visible one. */
export interface Place {
  readonly row: number;
  readonly top: number;
}

export const START: Place = { row: 0, top: 0 };

/** The place after a move, with the chosen row in sight. */
export function moved(place: Place, by: number, rows: number, visible: number): Place {
  const row = Math.max(0, Math.min(rows - 1, place.row + by));
  const top = Math.max(0, Math.min(place.top, row, Math.max(0, rows - visible)));
  return { row, top: row >= top + visible ? row - visible + 1 : top };
}

/** Least width of the growing column before others are left out for it. */
const LEAST = 24;
const GAP = 2;
/** Where what does not fit into the line of the chosen row stands below it. */
const INDENT = 4;

/** Columns that are shown, by their number, and how wide. */
interface Shown {
  readonly columns: readonly number[];
  readonly widths: readonly number[];
}

/**
 * As wide as the visible rows need; the growing column takes or gives the rest. Where there is no room, columns are left out,
 * first those that are empty here; what still does not fit is taken from the widest.
 */
function arrange(model: TableModel, visible: readonly TableRow[], columns: number): Shown {
  const wanted = model.columns.map((c, i) =>
    Math.min(c.most ?? 40, Math.max(width(c.title), ...visible.map((r) => width(r.cells[i] ?? '')))),
  );
  const isEmpty = model.columns.map((_, i) => visible.every((r) => (r.cells[i] ?? '') === ''));
  const grows = model.columns.findIndex((c) => c.grows);
  const least = (i: number): number => (i === grows ? Math.min(LEAST, wanted[i]!) : wanted[i]!);
  const dispensable = model.columns
    .flatMap((c, i) => (c.spare === undefined ? [] : [{ i, rank: c.spare + (isEmpty[i] ? 1000 : 0) }]))
    .sort((a, b) => b.rank - a.rank);
  let shown = model.columns.map((_, i) => i);
  const over = (width: (i: number) => number): number =>
    shown.reduce((sum, i) => sum + width(i), GAP * (shown.length - 1)) - columns;
  for (const { i } of dispensable) {
    if (over(least) <= 0) break;
    shown = shown.filter((n) => n !== i);
  }
  const widths = [...wanted];
  if (grows >= 0) widths[grows] = Math.max(least(grows), widths[grows]! - over((i) => wanted[i]!));
  for (let more = over((i) => widths[i]!); more > 0; more--) {
    const widest = shown.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    if (widths[widest]! <= 3) break;
    widths[widest]!--;
  }
  // A terminal that is narrower than any layout: what stands first stays.
  while (shown.length > 1 && over((i) => widths[i]!) > 0) shown = shown.slice(0, -1);
  return { columns: shown, widths: shown.map((i) => Math.min(widths[i]!, columns)) };
}

/** What a row has that its line does not show, in lines: the growing column first. */
function below(model: TableModel, row: TableRow, shown: Shown, columns: number, most: number): string[] {
  const missing = model.columns.flatMap(({ title, grows }, i) => {
    const text = row.cells[i] ?? '';
    const place = shown.columns.indexOf(i);
    if (text === '' || (place >= 0 && width(text) <= shown.widths[place]!)) return [];
    return [{ grows, text: grows || title === '' ? text : `${title} ${text}` }];
  });
  if (missing.length === 0) return [];
  const first = missing.filter((m) => m.grows);
  const all = [...first, ...missing.filter((m) => !m.grows)].map((m) => m.text).join(' · ');
  const lines = wrap(all, columns - INDENT);
  const cut = lines.slice(0, Math.max(0, most));
  if (cut.length < lines.length && cut.length > 0) cut.push(`${clip(cut.pop()!, columns - INDENT - 1)}…`);
  return cut.map((text) => pad(' '.repeat(INDENT) + text, columns));
}

/**
 * Lines of a table, `columns` wide, at most `lines` high: head and rows. The chosen row has a mark that needs no colour; in the
 * table that has the keys, what does not fit into its line stands below it.
 */
export function tableLines(
  model: TableModel,
  place: Place,
  columns: number,
  lines: number,
  focused: boolean,
  paint: Paint,
): string[] {
  if (model.rows.length === 0) return [paint('muted', pad(model.empty, columns))];
  const room = Math.max(0, lines - 1);
  const visible = model.rows.slice(place.top, place.top + room);
  const inner = columns - 2;
  const shown = arrange(model, visible, inner);
  const line = (cells: readonly string[], tone: (column: number) => Tone | undefined): string => {
    const texts = shown.columns.map((c, i) =>
      paint(tone(c), pad(cells[c] ?? '', shown.widths[i]!, model.columns[c]!.align)),
    );
    const used = shown.widths.reduce((sum, w) => sum + w, GAP * (shown.widths.length - 1));
    return texts.join(' '.repeat(GAP)) + ' '.repeat(Math.max(0, inner - used));
  };
  const head = `  ${line(
    model.columns.map((c) => c.title),
    () => 'muted',
  )}`;
  const out: string[] = [];
  let end = 0;
  visible.forEach((row, i) => {
    const chosen = place.top + i === place.row;
    const text = `${chosen ? '›' : ' '} `;
    if (chosen && focused) {
      out.push(paint('selected', text + line(row.cells, () => undefined)));
      out.push(...below(model, row, shown, columns, room - 1).map((rest) => paint(row.tone, rest)));
      end = out.length;
    } else out.push(text + line(row.cells, (c) => row.tones?.[c] ?? row.tone));
  });
  const from = Math.max(0, end - room);
  return [head, ...out.slice(from, from + room)];
}
