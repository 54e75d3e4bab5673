/** Work beside the keys. It begins at once, or when work that has to be alone has ended. */
export class Background {
  readonly #failed: (error: unknown) => void;
  readonly #ended: () => void;
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;
  #alone: Promise<void> | undefined;

  /** @param ended called after each work, also after one that failed */
  constructor(failed: (error: unknown) => void, ended: () => void) {
    this.#failed = failed;
    this.#ended = ended;
  }

  /** True while work runs or waits. */
  get busy(): boolean {
    return this.#running.size + this.#waiting > 0;
  }

  /** Resolves when the work has ended, also when it failed. */
  async run(work: () => Promise<void>): Promise<void> {
    this.#waiting++;
    while (this.#alone) await this.#alone;
    this.#waiting--;
    const running = work();
    this.#running.add(running);
    try {
      await running;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running.delete(running);
      this.#ended();
    }
  }

  /** Runs work when no other does; other work waits for it. One at a time: a second call does nothing. */
  async alone(work: () => Promise<void>): Promise<boolean> {
    if (this.#alone) return false;
    const alone = Promise.allSettled(this.#running).then(work);
    this.#alone = alone.catch(() => undefined);
    try {
      await alone;
      return true;
    } finally {
      this.#alone = undefined;
    }
  }

  /** Resolves when no work is alone any more. */
  async idle(): Promise<void> {
    await this.#alone;
  }
}
