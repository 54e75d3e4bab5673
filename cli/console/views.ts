import { moved, type Place, START, type TableModel, type TableRow } from './table.js';
import { wrap } from './text.js';

/** A table with the place in it and the words that filter it. */
export class TableView {
  #all: TableModel;
  #filter = '';
  model: TableModel;
  place: Place = START;

  /** @param before the same table as it was read earlier: its filter and the chosen row stay */
  constructor(model: TableModel, before?: TableView) {
    this.#all = model;
    this.model = model;
    if (!before) return;
    if (before.filtered !== '') this.filter(before.filtered);
    const id = idOf(before.row);
    const same = id === undefined ? -1 : this.model.rows.findIndex((r) => idOf(r) === id);
    const row = same < 0 ? Math.min(before.place.row, Math.max(0, this.model.rows.length - 1)) : same;
    this.place = { row, top: Math.max(0, before.place.top + row - before.place.row) };
  }

  /** Keeps rows that contain all words; an empty text keeps all. */
  filter(text: string): void {
    this.#filter = text;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = this.#all.rows.filter((row) => {
      const line = row.cells.join(' ').toLowerCase();
      return words.every((w) => line.includes(w));
    });
    this.model = words.length === 0 ? this.#all : { ...this.#all, rows, empty: `no row with ${text}` };
    this.place = START;
  }

  get filtered(): string {
    return this.#filter;
  }

  get row(): TableRow | undefined {
    return this.model.rows[this.place.row];
  }

  move(by: number, visible: number): void {
    this.place = moved(this.place, by, this.model.rows.length, visible);
  }
}

/** Lines to read, wrapped to the width of the terminal. */
export class TextView {
  readonly title: string;
  readonly text: string;
  top = 0;

  constructor(title: string, text: string) {
    this.title = title;
    this.text = text;
  }

  lines(columns: number): string[] {
    return wrap(this.text, columns);
  }

  move(by: number, visible: number, columns: number): void {
    this.top = Math.max(0, Math.min(this.lines(columns).length - visible, this.top + by));
  }
}

/** What lies over the main screen; Escape takes the last away. */
export type Overlay =
  | {
      readonly kind: 'tables';
      readonly title: string;
      /** The host, maybe with a window; empty: the case. */
      readonly about: string;
      readonly tables: TableView[];
      active: number;
    }
  | { readonly kind: 'text'; readonly view: TextView }
  | { readonly kind: 'loading'; readonly title: string };

const idOf = (row: TableRow | undefined): string | undefined => row?.evidence ?? row?.uid;
