import { loadEvidence, loadInfo, loadTimeline } from './case-data.js';
import type { Source } from './case-source.js';
import type { Subject } from './query.js';
import type { TableModel } from './table.js';
import { TableView } from './views.js';

const empty = (title: string, words: string): TableView =>
  new TableView({ title, columns: [], rows: [], empty: words });

/** What the main screen shows of the chosen host: the address, its story, its evidence. */
export class HostPanes {
  info: readonly (readonly [string, string])[] = [];
  timeline = empty('Timeline', 'reading…');
  evidence = empty('Evidence', 'reading…');
  #latest = 0;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /**
   * Reads about a host; what an earlier call still reads is stopped and thrown away.
   * @param again the host is the same as before: places in its tables stay
   */
  async read(source: Source, subject: Subject | undefined, again = false): Promise<void> {
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
    const table = (model: TableModel, before: TableView): TableView => new TableView(model, again ? before : undefined);
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
