import type { Detection } from '../../analysis/detection/definition.js';
import { plural } from '../terminal.js';
import {
  type HostFilter,
  loadEvidence,
  loadExplanation,
  loadHosts,
  loadInfo,
  loadTimeline,
  loadWindows,
  withEighths,
  withSparks,
} from './case-data.js';
import type { Source } from './case-source.js';
import { cell } from './cells.js';
import { helpText } from './help.js';
import type { Subject } from './query.js';
import { flowsModel, SCREENS, type Screen } from './screens.js';
import { moved, type Place, START, type TableModel } from './table.js';
import { type Host, hostKey, type TreeRow, treeRows, type Window } from './tree.js';
import { type Overlay, TableView, TextView } from './views.js';

export interface ConsoleOptions {
  /** Installed rules, for explanations: read when the first is asked for. */
  readonly detections: () => readonly Detection[];
  /** Puts text on the clipboard of the terminal. */
  readonly copy: (text: string) => void;
  readonly quit: () => void;
  /** Milliseconds of rest before the chosen host is read; tests take 0. */
  readonly settle?: number;
}

export type Pane = 'tree' | 'timeline' | 'evidence';
const PANES: readonly Pane[] = ['tree', 'timeline', 'evidence'];
const EMPTY: TableModel = { title: '', columns: [], rows: [], empty: 'reading…' };
const SORTS = ['score', 'address', 'flows'] as const;

/**
 * The console without a terminal: keys go in, state comes out, `onChange` says when to draw again. Queries run beside the
 * keys; what a newer choice has overtaken is thrown away.
 */
export class CaseConsole {
  #source: Source;
  readonly #options: ConsoleOptions;
  onChange: () => void = () => undefined;

  hosts: readonly Host[] = [];
  moreHosts = 0;
  filter: HostFilter = { search: '', alerted: false, sort: 'score' };
  open: ReadonlyMap<string, readonly Window[]> = new Map();
  tree: Place = START;
  focus: Pane = 'tree';
  info: readonly (readonly [string, string])[] = [];
  timeline = new TableView(EMPTY);
  evidence = new TableView(EMPTY);
  overlays: Overlay[] = [];
  /** Text being typed after `/`; undefined when not searching. */
  typing: string | undefined;
  message = '';
  /** True while a capture runs into the case. */
  live = false;
  /** Rows that panes show, set by who draws. */
  visible = { tree: 10, timeline: 10, evidence: 4, overlay: 20, columns: 80 };

  #generation = 0;
  #timer: NodeJS.Timeout | undefined;
  #rows: {
    readonly hosts: readonly Host[];
    readonly open: ReadonlyMap<string, readonly Window[]>;
    readonly rows: readonly TreeRow[];
  } = { hosts: this.hosts, open: this.open, rows: [] };
  /** Queries asked for, and those of them that run. */
  #pending = 0;
  #working = 0;
  #reading = 0;
  #gate: Promise<void> = Promise.resolve();
  #exchanging = false;

  constructor(source: Source, options: ConsoleOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** True while a query runs or waits. */
  get busy(): boolean {
    return this.#pending > 0 || this.#timer !== undefined;
  }

  /** Reads the hosts, then the chosen one. */
  start(): Promise<void> {
    return new Promise((resolve) => this.#run(() => this.#readAll().finally(resolve)));
  }

  async #readAll(): Promise<void> {
    await this.#readHosts();
    await this.#readChosen();
    await this.#readSparks();
  }

  /**
   * Puts another state of the case in place of the present one, when no query runs, and reads again what is shown. Places,
   * filters and screens stay. Queries asked for meanwhile wait.
   * @param open closes the present state and opens the new one; tried again until it succeeds or `over` says to stop
   */
  async exchange(open: () => Promise<Source>, over: () => boolean): Promise<void> {
    if (this.#exchanging) return;
    this.#exchanging = true;
    const { promise, resolve } = withResolvers();
    this.#gate = promise;
    try {
      while (this.#working > 0) await rest(10);
      for (let failed = true; failed && !over(); ) {
        failed = false;
        this.#source = await open().catch(async (error: unknown) => {
          failed = true;
          this.#say(error);
          await rest(500);
          return this.#source;
        });
      }
    } finally {
      this.#exchanging = false;
      resolve();
    }
    if (!over()) this.#run(() => this.#readAgain());
  }

  /** Ends what runs, so that the case can be closed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#generation++;
    for (let i = 0; i < 500 && this.#pending > 0; i++) {
      this.#source.db.connection.interrupt();
      (await this.#source.panes()).connection.interrupt();
      await rest(10);
    }
  }

  get rows(): readonly TreeRow[] {
    const { hosts, open } = this;
    if (this.#rows.hosts !== hosts || this.#rows.open !== open) {
      this.#rows = { hosts, open, rows: treeRows(hosts, open) };
    }
    return this.#rows.rows;
  }

  get chosen(): TreeRow | undefined {
    return this.rows[this.tree.row];
  }

  /** Host and window that the screens are about. */
  get subject(): Subject | undefined {
    const row = this.chosen;
    return (
      row && {
        profile: row.host.profile,
        site: row.host.site,
        window: row.window?.start ?? '',
        windowEnd: row.window?.end ?? '',
      }
    );
  }

  get overlay(): Overlay | undefined {
    return this.overlays.at(-1);
  }

  /** One key: a character, or up down pageup pagedown home end enter escape tab backspace. */
  key(name: string): void {
    this.message = '';
    if (this.typing !== undefined) this.#type(name);
    else if (!this.#global(name)) this.#move(name);
    this.onChange();
  }

  #global(name: string): boolean {
    switch (name) {
      case 'q':
        this.#options.quit();
        return true;
      case 'escape':
        if (this.#table()?.filtered) this.#table()!.filter('');
        else if (this.overlays.length > 0) this.overlays.pop();
        else if (this.filter.search !== '') this.#setFilter({ ...this.filter, search: '' });
        return true;
      case '/':
        this.typing = '';
        return true;
      case 'h':
      case '?':
        this.overlays = [{ kind: 'text', view: new TextView('Help', helpText()) }];
        return true;
      case 'o':
        this.open = new Map();
        this.overlays = [];
        this.#run(() => this.#readAll());
        return true;
      case 'f':
        this.#setFilter({ ...this.filter, alerted: !this.filter.alerted });
        return true;
      case 'S':
        this.#setFilter({ ...this.filter, sort: SORTS[(SORTS.indexOf(this.filter.sort) + 1) % SORTS.length]! });
        return true;
      case 'c':
        this.#copy();
        return true;
      case 'C':
        this.#copyAll();
        return true;
      case 'x':
        this.#explain();
        return true;
      case 'tab':
        this.#nextPane();
        return true;
      case 'enter':
        this.#enter();
        return true;
    }
    const screen = SCREENS.find((s) => s.key === name);
    if (screen) this.#openScreen(screen);
    return screen !== undefined;
  }

  #move(name: string): void {
    const page = Math.max(1, this.#visibleRows() - 1);
    const by = (
      {
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
      } as Readonly<Record<string, number>>
    )[name];
    if (by === undefined) return;
    const { overlay } = this;
    if (overlay?.kind === 'text') overlay.view.move(by, this.visible.overlay, this.visible.columns);
    else if (overlay?.kind === 'tables') overlay.tables[overlay.active]!.move(by, this.#visibleRows());
    else if (overlay === undefined && this.focus === 'tree') {
      const before = this.tree.row;
      this.tree = moved(this.tree, by, this.rows.length, this.visible.tree);
      if (this.tree.row !== before) this.#settle();
    } else if (overlay === undefined) this.#table()?.move(by, this.#visibleRows());
  }

  #visibleRows(): number {
    const { overlay } = this;
    if (overlay) return this.visible.overlay - (overlay.kind === 'tables' ? 1 : 0);
    return this.focus === 'tree' ? this.visible.tree : this.visible[this.focus] - 1;
  }

  /** The table that has the keys. */
  #table(): TableView | undefined {
    const { overlay } = this;
    if (overlay) return overlay.kind === 'tables' ? overlay.tables[overlay.active] : undefined;
    return this.focus === 'timeline' ? this.timeline : this.focus === 'evidence' ? this.evidence : undefined;
  }

  #nextPane(): void {
    const { overlay } = this;
    if (overlay?.kind === 'tables') overlay.active = (overlay.active + 1) % overlay.tables.length;
    else if (!overlay) this.focus = PANES[(PANES.indexOf(this.focus) + 1) % PANES.length]!;
  }

  #enter(): void {
    const table = this.#table();
    if (!table && !this.overlay) {
      const host = this.chosen?.host;
      if (!host) return;
      const key = hostKey(host);
      if (this.open.has(key)) {
        this.open = new Map([...this.open].filter(([k]) => k !== key));
        this.tree = moved(
          { row: this.rows.findIndex((r) => r.host === host), top: this.tree.top },
          0,
          this.rows.length,
          this.visible.tree,
        );
        this.#settle();
      } else {
        this.#run(async () => {
          const windows = await loadWindows(this.#source.db, host);
          this.open = new Map(this.open).set(key, windows);
          this.onChange();
          const drawn = await withEighths(this.#source.db, host, windows);
          if (this.open.get(key) === windows) this.open = new Map(this.open).set(key, drawn);
        });
      }
      return;
    }
    const row = table?.row;
    if (row?.evidence !== undefined) {
      const { evidence } = row;
      this.#load(`Flows of ${evidence}`, async () => [
        await flowsModel(this.#source.db, evidence, `Flows of ${evidence}`),
      ]);
    } else if (row?.address !== undefined) {
      const { address } = row;
      this.#run(async () => {
        const pairs = await loadInfo(this.#source.db, address);
        const text = pairs.map(([k, v]) => `${k.padEnd(9)}${v}`).join('\n');
        this.overlays = [...this.overlays, { kind: 'text', view: new TextView(cell(address), text) }];
      });
    }
  }

  #explain(): void {
    const id = this.#table()?.row?.evidence ?? (this.overlay ? undefined : this.evidence.row?.evidence);
    if (id === undefined) {
      this.message = 'choose a finding first (Tab to the evidence)';
      return;
    }
    this.#run(async () => {
      const text = await loadExplanation(this.#source.db, id, this.#options.detections());
      this.overlays = [...this.overlays, { kind: 'text', view: new TextView(`Why ${id}`, text) }];
    });
  }

  #copy(): void {
    const text = this.#table()?.row?.copy ?? (this.overlay ? undefined : this.chosen?.host.profile);
    if (text === undefined) return;
    this.#options.copy(text);
    this.message = `copied ${cell(text)}`;
  }

  #copyAll(): void {
    const rows = this.#table()?.model.rows ?? (this.overlay ? [] : this.hosts.map((h) => ({ copy: h.profile })));
    const all = [...new Set(rows.flatMap((r) => r.copy ?? []))];
    if (all.length === 0) return;
    // A terminal takes about 75 kB.
    const taken = all.slice(0, 1000);
    this.#options.copy(taken.join('\n'));
    this.message = `copied ${taken.length === all.length ? '' : `the first ${taken.length} of `}${plural(all.length, 'line')}`;
  }

  #type(name: string): void {
    if (name === 'escape') this.typing = undefined;
    else if (name === 'enter') {
      const text = this.typing!;
      this.typing = undefined;
      const table = this.#table();
      if (table) table.filter(text);
      else if (!this.overlay) this.#setFilter({ ...this.filter, search: text.trim() });
    } else if (name === 'backspace') this.typing = [...this.typing!].slice(0, -1).join('');
    else if ([...name].length === 1) this.typing += cell(name);
  }

  #setFilter(filter: HostFilter): void {
    this.filter = filter;
    this.open = new Map();
    this.tree = START;
    this.#run(() => this.#readAll());
  }

  #openScreen(screen: Screen): void {
    const subject = this.subject ?? { profile: '', site: '', window: '', windowEnd: '' };
    this.overlays = [];
    const of = screen.ofHost
      ? ` of ${cell(subject.profile)}${this.chosen?.window ? `, window ${this.chosen.window.tw}` : ''}`
      : '';
    this.#load(`${screen.name}${of}`, () => screen.load(this.#source.db, subject), screen);
  }

  /** Puts tables on top once they are there; until then the screen says what is being read. */
  #load(title: string, read: () => Promise<readonly TableModel[]>, screen?: Screen): void {
    const waiting: Overlay = { kind: 'loading', title };
    this.overlays = [...this.overlays, waiting];
    this.#run(async () => {
      const tables = (await read()).map((m) => new TableView(m));
      const first = tables.findIndex((t) => t.model.rows.length > 0);
      this.overlays = this.overlays.map((o) =>
        o === waiting ? { kind: 'tables', screen, title, tables, active: Math.max(0, first) } : o,
      );
    });
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run(() => this.#readChosen());
    }, this.#options.settle ?? 80);
  }

  async #readHosts(): Promise<void> {
    const { hosts, more } = await loadHosts(this.#source.db, this.filter);
    this.hosts = hosts;
    this.moreHosts = more;
    this.tree = moved(this.tree, 0, this.rows.length, this.visible.tree);
    this.onChange();
  }

  async #readSparks(): Promise<void> {
    const { hosts } = this;
    const drawn = await withSparks(this.#source.db, hosts);
    if (this.hosts !== hosts) return;
    this.hosts = drawn;
    this.onChange();
  }

  /** Everything on the main screen again, with the same host and window chosen where they are still there. */
  async #readAgain(): Promise<void> {
    const { chosen } = this;
    const { hosts, more } = await loadHosts(this.#source.db, this.filter);
    const drawn = await withSparks(this.#source.db, hosts);
    const open = new Map<string, readonly Window[]>();
    for (const host of drawn) {
      if (this.open.has(hostKey(host)))
        open.set(hostKey(host), await withEighths(this.#source.db, host, await loadWindows(this.#source.db, host)));
    }
    this.hosts = drawn;
    this.moreHosts = more;
    this.open = open;
    const same = this.rows.findIndex(
      (r) => chosen && hostKey(r.host) === hostKey(chosen.host) && r.window?.start === chosen.window?.start,
    );
    const row = same < 0 ? this.tree.row : same;
    const top = this.tree.top + row - this.tree.row;
    this.tree = moved({ row, top: Math.max(0, top) }, 0, this.rows.length, this.visible.tree);
    await this.#readChosen(true);
  }

  /** @param again the host is the same as before: places in its tables stay */
  async #readChosen(again = false): Promise<void> {
    const generation = ++this.#generation;
    const { subject } = this;
    const current = (): boolean => generation === this.#generation;
    if (!subject) {
      this.info = [];
      this.timeline = new TableView({ ...EMPTY, title: 'Timeline', empty: 'no host' });
      this.evidence = new TableView({ ...EMPTY, title: 'Evidence', empty: 'no host' });
      return;
    }
    const panes = await this.#source.panes();
    while (this.#reading > 0) {
      // Not before the other has ended: the story of a host keeps its scope on the connection.
      panes.connection.interrupt();
      await rest(5);
    }
    if (!current()) return;
    this.#reading++;
    try {
      const info = await loadInfo(panes, subject.profile);
      if (!current()) return;
      this.info = info;
      const evidence = await loadEvidence(panes, subject);
      if (!current()) return;
      this.evidence = new TableView(evidence, again ? this.evidence : undefined);
      this.onChange();
      const timeline = await loadTimeline(panes, subject);
      if (!current()) return;
      this.timeline = new TableView(timeline, again ? this.timeline : undefined);
    } catch (error) {
      // What was overtaken was stopped.
      if (current()) throw error;
    } finally {
      this.#reading--;
    }
  }

  #say(error: unknown): void {
    this.message = cell(error instanceof Error ? error.message.split('\n')[0] : error);
    this.onChange();
  }

  /** Work beside the keys; what goes wrong becomes a message. */
  #run(work: () => Promise<void>): void {
    this.#pending++;
    void this.#gate
      .then(async () => {
        this.#working++;
        try {
          await work();
        } finally {
          this.#working--;
        }
      })
      .catch((error: unknown) => {
        this.overlays = this.overlays.filter((o) => o.kind !== 'loading');
        this.#say(error);
      })
      .finally(() => {
        this.#pending--;
        this.onChange();
      });
  }
}

const rest = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
