import { loadEvidence, loadInfo, loadTimeline } from './case-data.js';
import type { Source } from './case-source.js';
import type { Subject } from './query.js';
import type { TableModel } from './table.js';
import { TableView } from './views.js';

const empty = (title: string, words: string): TableView =>
  new TableView({ title, columns: [], rows: [], empty: words });

const keyOf = ({ profile, site, window }: Subject): string => JSON.stringify([profile, site, window]);

/** What the main screen shows of the chosen host: the address, its story, its evidence. */
export class HostPanes {
  info: readonly (readonly [string, string])[] = [];
  timeline = empty('Timeline', 'reading…');
  evidence = empty('Evidence', 'reading…');
  /** Whose rows each table shows. */
  readonly #of = new WeakMap<TableView, string>();
  #latest = 0;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /**
   * Reads about a host; what an earlier call still reads is stopped and thrown away. Where it is the host that is shown
   * already, places in its tables stay: keys may have moved them since the reading was asked for.
   */
  async read(source: Source, subject: Subject | undefined): Promise<void> {
    const number = ++this.#latest;
    const current = (): boolean => number === this.#latest;
    if (!subject) {
      this.info = [];
      this.timeline = empty('Timeline', 'no host');
      this.evidence = empty('Evidence', 'no host');
      return;
    }
    const db = await source.panes();
    // To its end: the story of a host keeps its scope on the connection.
    await db.stop();
    if (!current()) return;
    const key = keyOf(subject);
    const table = (model: TableModel, before: TableView): TableView => {
      const view = new TableView(model, this.#of.get(before) === key ? before : undefined);
      this.#of.set(view, key);
      return view;
    };
    const reading = async (): Promise<void> => {
      const info = await loadInfo(db, subject.profile);
      if (!current()) return;
      this.info = info;
      const evidence = await loadEvidence(db, subject);
      if (!current()) return;
      this.evidence = table(evidence, this.evidence);
      this.#changed();
      const timeline = await loadTimeline(db, subject);
      if (current()) this.timeline = table(timeline, this.timeline);
    };
    try {
      await db.stoppable(reading);
    } catch (error) {
      // What was overtaken was stopped.
      if (current()) throw error;
    }
  }
}
