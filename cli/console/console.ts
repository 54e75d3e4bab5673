import { setTimeout as rest } from 'node:timers/promises';
import type { Detection } from '../../analysis/detection/definition.js';
import type { Database } from '../../ingest/case/database.js';
import { plural } from '../terminal.js';
import { Background } from './background.js';
import { type HostFilter, loadExplanation, loadInfo } from './case-data.js';
import type { Source } from './case-source.js';
import { cell } from './cells.js';
import { helpText } from './help.js';
import { HostPanes } from './host-panes.js';
import { HostTree } from './host-tree.js';
import { flowsModel, SCREENS, type Screen } from './screens.js';
import type { TableModel } from './table.js';
import { type Overlay, TableView, TextView } from './views.js';

export interface ConsoleOptions {
  /** Installed rules, for explanations: read when the first is asked for. */
  readonly detections: () => readonly Detection[];
  /** Puts text on the clipboard of the terminal. */
  readonly copy: (text: string) => void;
  readonly quit: () => void;
  /** Called when something has been read. */
  readonly tidy?: () => void;
  /** Milliseconds of rest before the chosen host is read; tests take 0. */
  readonly settle?: number;
}

export type Pane = 'tree' | 'timeline' | 'evidence';
const PANES: readonly Pane[] = ['tree', 'timeline', 'evidence'];
/** How long until a state of the case that could not be opened is tried again, milliseconds. */
const TRY_AGAIN = 500;
/** How long the chosen host stays the same before it is read, milliseconds. */
const SETTLE = 80;
/** Lines copied at once: a terminal takes about 75 kB. */
const MOST_COPIED = 1000;

/** By how many rows a key moves; `page` rows are seen. */
const step = (name: string, page: number): number | undefined =>
  (
    ({
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      pageup: -page,
      pagedown: page,
      home: -1e9,
      g: -1e9,
      end: 1e9,
      G: 1e9,
    }) as Readonly<Record<string, number>>
  )[name];

/**
 * The console without a terminal: keys go in, state comes out, `onChange` says when to draw again. Queries run beside the
 * keys; what a newer choice has overtaken is thrown away.
 */
export class CaseConsole {
  #source: Source;
  readonly #options: ConsoleOptions;
  onChange: () => void = () => undefined;

  readonly tree = new HostTree(() => this.onChange());
  readonly panes = new HostPanes(() => this.onChange());
  focus: Pane = 'tree';
  overlays: Overlay[] = [];
  /** Text being typed after `/`; undefined when not searching. */
  typing: string | undefined;
  message = '';
  /** True while a capture runs into the case. */
  live = false;
  /** Rows that panes show, set by who draws. */
  visible = { timeline: 10, evidence: 4, overlay: 20, columns: 80 };

  readonly #work = new Background(
    (error) => {
      this.overlays = this.overlays.filter((o) => o.kind !== 'loading');
      this.#say(error);
    },
    () => {
      this.#options.tidy?.();
      this.onChange();
    },
  );
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(source: Source, options: ConsoleOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** True while a query runs or waits. */
  get busy(): boolean {
    return this.#work.busy || this.#timer !== undefined;
  }

  /** Reads the hosts, then the chosen one. */
  start(): Promise<void> {
    return this.#work.run(() => this.#readAll());
  }

  async #readAll(): Promise<void> {
    await this.tree.readHosts(this.#source.db);
    await this.#readChosen();
    await this.tree.readSparks(this.#source.db);
  }

  /**
   * Puts another state of the case in place of the present one, when no query runs, and reads again what is shown. Places,
   * filters and screens stay. Queries asked for meanwhile wait.
   * @param open closes the present state and opens the new one; tried again until it succeeds
   */
  async exchange(open: () => Promise<Source>): Promise<void> {
    const done = await this.#work.alone(async () => {
      for (let opened = false; !opened && !this.#over; ) {
        try {
          this.#source = await open();
          opened = true;
        } catch (error) {
          this.#say(error);
          await rest(TRY_AGAIN);
        }
      }
    });
    if (done && !this.#over) {
      this.#run(async () => {
        await this.tree.readAgain(this.#source.db);
        await this.#readChosen();
      });
    }
  }

  /** Asks for nothing more, so that the case can be closed. */
  async stop(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    await this.#work.idle();
  }

  get overlay(): Overlay | undefined {
    return this.overlays.at(-1);
  }

  /** One key: a character, or up down pageup pagedown home end enter escape tab backspace. */
  key(name: string): void {
    this.message = '';
    if (this.typing !== undefined) this.#type(this.typing, name);
    else if (name in this.#actions) this.#actions[name]!();
    else {
      const screen = SCREENS.find((s) => s.key === name);
      if (screen) this.#openScreen(screen);
      else this.#move(name);
    }
    this.onChange();
  }

  readonly #actions: Readonly<Record<string, () => void>> = {
    q: () => this.#options.quit(),
    escape: () => this.#back(),
    enter: () => this.#enter(),
    tab: () => this.#nextPane(),
    '/': () => {
      this.typing = '';
    },
    h: () => this.#help(),
    '?': () => this.#help(),
    o: () => {
      this.overlays = [];
      this.tree.closeAll();
      this.#run(() => this.#readAll());
    },
    f: () => this.#narrow({ alerted: !this.tree.filter.alerted }),
    S: () => this.#narrow({ sort: this.tree.nextSort }),
    c: () => this.#copy(),
    C: () => this.#copyAll(),
    x: () => this.#explain(),
  };

  #back(): void {
    const table = this.#table();
    if (table?.filtered) table.filter('');
    else if (this.overlays.length > 0) this.overlays = this.overlays.slice(0, -1);
    else if (this.tree.filter.search !== '') this.#narrow({ search: '' });
  }

  #help(): void {
    this.overlays = [{ kind: 'text', view: new TextView('Help', helpText()) }];
  }

  #move(name: string): void {
    const { overlay } = this;
    const rows = this.#visibleRows();
    const by = step(name, Math.max(1, rows - 1));
    if (by === undefined) return;
    if (overlay?.kind === 'text') overlay.view.move(by, this.visible.overlay, this.visible.columns);
    else if (overlay || this.focus !== 'tree') this.#table()?.move(by, rows);
    else if (this.tree.move(by)) this.#settle();
  }

  #visibleRows(): number {
    const { overlay } = this;
    if (overlay) return this.visible.overlay - (overlay.kind === 'tables' ? 1 : 0);
    return this.focus === 'tree' ? this.tree.visible : this.visible[this.focus] - 1;
  }

  /** The table that has the keys. */
  #table(): TableView | undefined {
    const { overlay } = this;
    if (overlay) return overlay.kind === 'tables' ? overlay.tables[overlay.active] : undefined;
    return this.focus === 'tree' ? undefined : this.panes[this.focus];
  }

  #nextPane(): void {
    const { overlay } = this;
    if (overlay?.kind === 'tables') overlay.active = (overlay.active + 1) % overlay.tables.length;
    else if (!overlay) this.focus = PANES[(PANES.indexOf(this.focus) + 1) % PANES.length]!;
  }

  #enter(): void {
    if (!this.overlay && this.focus === 'tree') {
      const host = this.tree.chosen?.host;
      if (!host) return;
      if (this.tree.isOpen(host)) {
        this.tree.close(host);
        this.#settle();
      } else this.#run(() => this.tree.open(this.#source.db, host));
      return;
    }
    const { evidence, address } = this.#table()?.row ?? {};
    if (evidence !== undefined) this.#load('Flows', evidence, async (db) => [await flowsModel(db, evidence)]);
    else if (address !== undefined) {
      this.#run(async () => {
        const known = await loadInfo(this.#source.db, address);
        this.#show(cell(address), known.map(([k, v]) => `${k.padEnd(12)}${v}`).join('\n'));
      });
    }
  }

  #explain(): void {
    const id = this.#table()?.row?.evidence ?? (this.overlay ? undefined : this.panes.evidence.row?.evidence);
    if (id === undefined) {
      this.message = 'choose a finding first (Tab to the evidence)';
      return;
    }
    this.#run(async () =>
      this.#show(`Why ${id}`, await loadExplanation(this.#source.db, id, this.#options.detections())),
    );
  }

  #show(title: string, text: string): void {
    this.overlays = [...this.overlays, { kind: 'text', view: new TextView(title, text) }];
  }

  #copy(): void {
    const text = this.#table()?.row?.copy ?? (this.overlay ? undefined : this.tree.chosen?.host.profile);
    if (text === undefined) return;
    this.#options.copy(cell(text));
    this.message = `copied ${cell(text)}`;
  }

  #copyAll(): void {
    const rows = this.#table()?.model.rows ?? (this.overlay ? [] : this.tree.hosts.map((h) => ({ copy: h.profile })));
    const all = [...new Set(rows.flatMap((r) => r.copy ?? []))];
    if (all.length === 0) return;
    const taken = all.slice(0, MOST_COPIED);
    this.#options.copy(taken.map(cell).join('\n'));
    this.message = `copied ${taken.length === all.length ? '' : `the first ${taken.length} of `}${plural(all.length, 'line')}`;
  }

  #type(typed: string, name: string): void {
    if (name === 'backspace') this.typing = [...typed].slice(0, -1).join('');
    else if ([...name].length === 1) this.typing = typed + cell(name);
    else if (name === 'escape') this.typing = undefined;
    else if (name === 'enter') {
      this.typing = undefined;
      const table = this.#table();
      if (table) table.filter(typed);
      else if (!this.overlay) this.#narrow({ search: typed.trim() });
    }
  }

  #narrow(change: Partial<HostFilter>): void {
    this.tree.narrow(change);
    this.#run(() => this.#readAll());
  }

  #openScreen(screen: Screen): void {
    const subject = this.tree.subject ?? { profile: '', site: '', window: '', windowEnd: '' };
    const { window } = this.tree.chosen ?? {};
    this.overlays = [];
    const host = cell(subject.profile);
    const about = { case: '', host, window: window ? `${host}, window ${window.tw}` : host }[screen.about];
    this.#load(screen.name, about, (db) => screen.load(db, subject));
  }

  /** Puts tables on top once they are there; until then the screen says what is being read. */
  #load(title: string, about: string, read: (db: Database) => Promise<readonly TableModel[]>): void {
    const waiting: Overlay = { kind: 'loading', title: about === '' ? title : `${title} · ${about}` };
    this.overlays = [...this.overlays, waiting];
    this.#run(async () => {
      const tables = (await read(this.#source.db)).map((m) => new TableView(m));
      const first = tables.findIndex((t) => t.model.rows.length > 0);
      this.overlays = this.overlays.map((o) =>
        o === waiting ? { kind: 'tables', title, about, tables, active: Math.max(0, first) } : o,
      );
    });
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run(() => this.#readChosen());
    }, this.#options.settle ?? SETTLE);
  }

  #run(work: () => Promise<void>): void {
    void this.#work.run(work);
  }

  #readChosen(): Promise<void> {
    return this.panes.read(this.#source, this.tree.subject);
  }

  #say(error: unknown): void {
    this.message = cell(error instanceof Error ? error.message.split('\n')[0] : error);
    this.onChange();
  }
}
