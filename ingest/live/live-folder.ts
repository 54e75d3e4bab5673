import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../../cli/errors.js';

/**
 * What a live capture keeps beside its case, in `CASE.live/`: `work.duckdb`, the copy of the case that it writes; `view.duckdb`,
 * what others look at meanwhile; `owner`, the process. The case itself is neither locked nor changed until the end, when the
 * work takes its place in one step.
 */
export class LiveFolder {
  readonly folder: string;
  readonly work: string;
  readonly view: string;
  readonly owner: string;
  readonly base: string;

  constructor(readonly casePath: string) {
    this.folder = `${casePath}.live`;
    this.work = join(this.folder, 'work.duckdb');
    this.view = join(this.folder, 'view.duckdb');
    this.owner = join(this.folder, 'owner');
    this.base = join(this.folder, 'base');
  }

  /** The process that captures into the case now; undefined when none does. */
  runningPid(): number | undefined {
    if (!existsSync(this.owner)) return undefined;
    const [pid, started] = readFileSync(this.owner, 'utf8').split(' ');
    return started !== undefined && startOf(Number(pid)) === started ? Number(pid) : undefined;
  }

  /** True when a capture was killed and its work lies here. */
  get abandoned(): boolean {
    return existsSync(this.work) && this.runningPid() === undefined;
  }

  /** Takes the folder for this process, with a copy of the case to work on when there is a case. */
  async claim(): Promise<void> {
    const running = this.runningPid();
    if (running !== undefined)
      throw new CliError(`${this.casePath}: process ${running} captures into this case already`);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.owner, `${process.pid} ${startOf(process.pid)}`);
    if (existsSync(this.casePath)) {
      writeFileSync(this.base, stamp(this.casePath));
      await copy(this.casePath, this.work);
    } else writeFileSync(this.base, 'none');
  }

  /** Gives others a new state of the work to look at. The work has to be checkpointed and at rest. */
  async publish(): Promise<void> {
    await copy(this.work, `${this.view}.new`);
    renameSync(`${this.view}.new`, this.view);
  }

  /**
   * The work becomes the case; the folder goes. The work has to be closed.
   * @throws CliError when someone has changed the case meanwhile: then the work stays
   */
  finish(): void {
    const base = existsSync(this.base) ? readFileSync(this.base, 'utf8') : 'none';
    const now = existsSync(this.casePath) ? stamp(this.casePath) : 'none';
    if (base !== now) {
      rmSync(this.owner, { force: true });
      throw new CliError(`${this.casePath}: was changed during the capture; what was captured is in ${this.work}`);
    }
    renameSync(this.work, this.casePath);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Size and time of the last change: tells whether a file is still the one it was. */
function stamp(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return `${size} ${mtimeMs} ${ino}`;
}

/** When a process started, in ticks since boot: a number that its successor with the same pid does not have. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Copies a file in another process: opening and closing the work in this one would drop the lock that DuckDB holds on it
 * (locks of a file go with any of its descriptors). Shares blocks where the file system can.
 */
function copy(from: string, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('cp', ['--reflink=auto', '--', from, to], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', (error) => reject(new CliError(`cp: ${error.message}`)));
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new CliError(/no space/i.test(said) ? `${to}: disk full` : `cp: ${said.trim().split('\n')[0]}`)),
    );
  });
}
