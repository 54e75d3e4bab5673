import type { Paint, Tone } from './paint.js';
import { pad, width } from './text.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Takes what is left; at most one column of a table. */
  readonly grows?: boolean;
  /** Widest it may be; default 40. */
  readonly most?: number;
}

export interface TableRow {
  /** One text per column, already safe to print. */
  readonly cells: readonly string[];
  readonly tone?: Tone | undefined;
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

/** Widths of columns: as wide as the visible rows need; the growing one takes or gives the rest. */
function widths(model: TableModel, visible: readonly TableRow[], columns: number): number[] {
  const out = model.columns.map((c, i) =>
    Math.min(c.most ?? 40, Math.max(width(c.title), ...visible.map((r) => width(r.cells[i] ?? '')))),
  );
  const gaps = 2 * (out.length - 1);
  const grows = model.columns.findIndex((c) => c.grows);
  const spare = columns - gaps - out.reduce((sum, w) => sum + w, 0);
  if (grows >= 0) out[grows] = Math.max(spare < 0 ? Math.min(10, out[grows]!) : 0, out[grows]! + spare);
  // What still does not pad is taken from the widest columns, so that each keeps something.
  let over = out.reduce((sum, w) => sum + w, gaps) - columns;
  while (over > 0) {
    const widest = out.indexOf(Math.max(...out));
    if (out[widest]! <= 3) break;
    out[widest]!--;
    over--;
  }
  return out;
}

/** Lines of a table, `columns` wide, at most `lines` high: head and rows. The chosen row has a mark that needs no colour. */
export function tableLines(
  model: TableModel,
  place: Place,
  columns: number,
  lines: number,
  focused: boolean,
  paint: Paint,
): string[] {
  if (model.rows.length === 0) return [paint('muted', pad(model.empty, columns))];
  const visible = model.rows.slice(place.top, place.top + Math.max(0, lines - 1));
  const inner = columns - 2;
  const w = widths(model, visible, inner);
  const line = (cells: readonly string[]): string =>
    pad(model.columns.map((c, i) => pad(cells[i] ?? '', w[i]!, c.align)).join('  '), inner);
  const head = paint('muted', `  ${line(model.columns.map((c) => c.title))}`);
  return [
    head,
    ...visible.map((row, i) => {
      const chosen = place.top + i === place.row;
      const text = `${chosen ? '›' : ' '} ${line(row.cells)}`;
      return paint(chosen && focused ? 'selected' : row.tone, text);
    }),
  ];
}
