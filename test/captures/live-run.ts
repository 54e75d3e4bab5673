import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';
import { sleep, until } from './lab.js';

/** The built program, as a user runs it. */
export const MAIN = join(packageRoot, 'dist', 'cli', 'main.js');

/** One line that `live --json` printed, and when (milliseconds). */
export type LiveEvent = Readonly<Record<string, unknown>> & { readonly at: number };

/** A running `live --json`: what it says, and its end. */
export class LiveRun {
  readonly events: LiveEvent[] = [];
  readonly exited: Promise<number | null>;
  stderr = '';

  constructor(
    readonly child: ChildProcess,
    readonly db: string,
  ) {
    let rest = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.events.push({ ...(JSON.parse(line) as Record<string, unknown>), at: Date.now() });
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((resolve) => child.once('close', resolve));
  }

  /** Waits for an event. */
  async event(test: (e: LiveEvent) => boolean, seconds = 120): Promise<LiveEvent> {
    await until(
      () => this.#over || this.events.some(test),
      () => this.#unseen(),
      seconds,
    );
    const found = this.events.find(test);
    if (!found) throw new Error(this.#unseen());
    return found;
  }

  /** Waits until what arrives is in the case: `traffic` is called until the first flows were written. */
  async capturing(traffic: () => void): Promise<void> {
    await until(
      async () => {
        traffic();
        await sleep(100);
        return this.#over || existsSync(join(`${this.db}.live`, 'view.duckdb'));
      },
      () => `the capture never began: ${this.stderr}`,
    );
    if (this.#over) throw new Error(this.#unseen());
  }

  /** Waits until the window that goes on now was analysed. */
  async windowOver(width: number): Promise<void> {
    const end = (Math.floor(Date.now() / width / 1000) + 1) * width * 1000;
    await this.event((e) => e.event === 'window' && Date.parse(String(e.end)) >= end, width + 120);
  }

  /** Ends it as Ctrl-C does, and waits. */
  stop(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.exited;
  }

  get #over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  #unseen(): string {
    return `no such event in:\n${this.events.map((e) => JSON.stringify(e)).join('\n')}\n${this.stderr}`;
  }
}
