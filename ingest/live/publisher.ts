import type { CaseStore } from '../case/case-store.js';
import { missingSpace } from './disk-space.js';
import type { LiveFolder } from './live-folder.js';

/** Gives those who look on a new state of the case, for a twentieth of the time at most. */
export class Publisher {
  readonly #store: CaseStore;
  readonly #folder: LiveFolder;
  #last = 0;
  #cost = 0;

  constructor(store: CaseStore, folder: LiveFolder) {
    this.#store = store;
    this.#folder = folder;
  }

  /**
   * Publishes, unless that was done a short while ago or there is no room for a copy: then the state before stays.
   * Nothing else may write meanwhile.
   * @param least milliseconds since the last time
   * @returns whether it did
   */
  async publish(least: number): Promise<boolean> {
    if (performance.now() - this.#last <= Math.max(least, 20 * this.#cost)) return false;
    if (missingSpace(this.#folder.work, 1) > 0) return false;
    const began = performance.now();
    await this.#store.db.run('CHECKPOINT');
    await this.#folder.publish();
    this.#last = performance.now();
    this.#cost = this.#last - began;
    return true;
  }
}
