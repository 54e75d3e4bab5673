import type { Database } from '../../ingest/case/database.js';
import { type HostFilter, loadHosts, loadWindows, withEighths, withSparks } from './case-data.js';
import type { Subject } from './query.js';
import { moved, type Place, START } from './table.js';
import { type Host, hostKey, type TreeRow, treeRows, type Window } from './tree.js';

const SORTS = ['score', 'address', 'flows'] as const;

/** The hosts of the case with the windows of those that are open, and the place among them. */
export class HostTree {
  hosts: readonly Host[] = [];
  /** Hosts that were left out. */
  more = 0;
  filter: HostFilter = { search: '', alerted: false, sort: 'score' };
  place: Place = START;
  /** Rows that are drawn. */
  visible = 10;
  #open: ReadonlyMap<string, readonly Window[]> = new Map();
  #rows: readonly TreeRow[] | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get rows(): readonly TreeRow[] {
    this.#rows ??= treeRows(this.hosts, this.#open);
    return this.#rows;
  }

  get chosen(): TreeRow | undefined {
    return this.rows[this.place.row];
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

  isOpen(host: Host): boolean {
    return this.#open.has(hostKey(host));
  }

  /** @returns whether another row is chosen now */
  move(by: number): boolean {
    const before = this.place.row;
    this.place = moved(this.place, by, this.rows.length, this.visible);
    return this.place.row !== before;
  }

  get nextSort(): HostFilter['sort'] {
    return SORTS[(SORTS.indexOf(this.filter.sort) + 1) % SORTS.length]!;
  }

  /** Takes another filter; the hosts have to be read again. */
  narrow(change: Partial<HostFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.place = START;
    this.closeAll();
  }

  closeAll(): void {
    this.#set(this.hosts, new Map());
  }

  /** Closes the windows of a host and chooses it. */
  close(host: Host): void {
    this.#set(this.hosts, new Map([...this.#open].filter(([key]) => key !== hostKey(host))));
    this.place = { row: this.rows.findIndex((r) => r.host === host), top: this.place.top };
    this.move(0);
  }

  /** Shows the windows of a host, then the flows in them. */
  async open(db: Database, host: Host): Promise<void> {
    const key = hostKey(host);
    const windows = await loadWindows(db, host);
    this.#set(this.hosts, new Map(this.#open).set(key, windows));
    this.#changed();
    const drawn = await withEighths(db, host, windows);
    if (this.#open.get(key) === windows) this.#set(this.hosts, new Map(this.#open).set(key, drawn));
  }

  async readHosts(db: Database): Promise<void> {
    const { hosts, more } = await loadHosts(db, this.filter);
    this.more = more;
    this.#set(hosts, this.#open);
    this.move(0);
    this.#changed();
  }

  async readSparks(db: Database): Promise<void> {
    const { hosts } = this;
    const drawn = await withSparks(db, hosts);
    if (this.hosts !== hosts) return;
    this.#set(drawn, this.#open);
    this.#changed();
  }

  /** All of it again, with the same host and window chosen where they are still there. */
  async readAgain(db: Database): Promise<void> {
    const { chosen } = this;
    const { hosts, more } = await loadHosts(db, this.filter);
    const drawn = await withSparks(db, hosts);
    const open = new Map<string, readonly Window[]>();
    for (const host of drawn.filter((h) => this.isOpen(h))) {
      open.set(hostKey(host), await withEighths(db, host, await loadWindows(db, host)));
    }
    this.more = more;
    this.#set(drawn, open);
    const same = this.rows.findIndex(
      (r) => chosen && hostKey(r.host) === hostKey(chosen.host) && r.window?.start === chosen.window?.start,
    );
    const row = same < 0 ? this.place.row : same;
    this.place = { row, top: Math.max(0, this.place.top + row - this.place.row) };
    this.move(0);
  }

  #set(hosts: readonly Host[], open: ReadonlyMap<string, readonly Window[]>): void {
    this.hosts = hosts;
    this.#open = open;
    this.#rows = undefined;
  }
}
