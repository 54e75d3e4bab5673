import { existsSync, statSync } from 'node:fs';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { LiveFolder } from '../../ingest/live/live-folder.js';

/** Connections to one state of the case. */
export interface Source {
  readonly db: Database;
  /** For what follows the chosen host: a query on it that is overtaken is stopped. */
  readonly panes: () => Promise<Database>;
}

/** Connections to an open case. */
export function sourceOf(store: CaseStore): Source {
  let panes: Promise<Database> | undefined;
  return {
    db: store.db,
    panes: () => {
      panes ??= store.connect();
      return panes;
    },
  };
}

/** The case that a console shows: at rest, or the states that a capture publishes one after the other. */
export class CaseSource {
  readonly #path: string;
  readonly #options: { readonly threads?: number; readonly memoryLimit?: string };
  #store: CaseStore | undefined;
  #stamp = '';

  constructor(path: string, options: { readonly threads?: number; readonly memoryLimit?: string }) {
    this.#path = path;
    this.#options = options;
  }

  /** True while a capture runs into the case. */
  get live(): boolean {
    return new LiveFolder(this.#path).runningPid() !== undefined;
  }

  /** True when there is another state than the one that is open. */
  get changed(): boolean {
    return this.#store === undefined || this.#now() !== this.#stamp;
  }

  /**
   * Opens the present state; the one before is closed first, so nothing may be asked of it any more.
   * @throws CliError when it cannot be opened
   */
  async open(): Promise<Source> {
    await this.close();
    // Taken before: a state that comes while opening is seen as a change.
    const stamp = this.#now();
    const store = await CaseStore.open(this.#path, { ...this.#options, mode: 'read' });
    this.#store = store;
    this.#stamp = stamp;
    return sourceOf(store);
  }

  /** Closes it; what is still being asked is stopped first. */
  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }

  #now(): string {
    const live = new LiveFolder(this.#path);
    const file = existsSync(live.view) && live.runningPid() !== undefined ? live.view : this.#path;
    try {
      const { size, mtimeMs, ino } = statSync(file);
      return `${file} ${size} ${mtimeMs} ${ino}`;
    } catch {
      return '';
    }
  }
}
