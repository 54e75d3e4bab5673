import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';

/** Addresses of the laboratory; see `lab.sh`. */
export const ATTACKER = '10.77.0.66';
export const VICTIM = '10.77.0.10';
export const SERVER = '10.77.0.20';
export const CLIENT = '10.77.0.30';
export const LAB_NET = '10.77.0.0/26';

export type Host = 'attacker' | 'victim' | 'server' | 'client';

const SCRIPT = join(packageRoot, 'test', 'captures', 'lab.sh');
const PEERS = join(packageRoot, 'test', 'captures', 'peers.mjs');
/** Package of each program, for the reason why a test is skipped. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
};

/** Why a program cannot be used here; undefined when it is there. */
export function without(...programs: readonly string[]): string | undefined {
  for (const program of programs) {
    if (spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0)
      return `${program} is missing (apt-get install ${PACKAGES[program] ?? program})`;
  }
  return undefined;
}

/** Four namespaces on a bridge, those of this process alone. */
export class Lab {
  readonly #env = { ...process.env, LAB_PREFIX: `ss${process.pid.toString(36)}` };
  readonly #children = new Set<ChildProcess>();

  /**
   * Makes the network.
   * @returns why that cannot be done here: found by doing it, as root alone is not enough in a container
   */
  async up(): Promise<string | undefined> {
    if (process.getuid?.() !== 0) return 'needs root for network namespaces';
    const missing = without('ip', 'tcpdump', 'nmap', 'curl');
    if (missing) return missing;
    const made = this.#lab('up');
    if (made.status !== 0) {
      this.#lab('down');
      return `no network namespaces here: ${firstLine(made.stderr)}`;
    }
    try {
      const child = this.start('victim', 'tcpdump', '-i', 'eth0', '-w', '/dev/null');
      (await this.serving('listening on', child)).kill('SIGKILL');
    } catch (error) {
      this.#lab('down');
      return `no capture in a namespace here: ${firstLine((error as Error).message)}`;
    }
    return undefined;
  }

  /** Why a command of root does not work in a namespace here; undefined when it does. */
  without(command: string): string | undefined {
    const tried = this.inside('victim', 'sh', '-c', command);
    return tried.status === 0 ? undefined : `cannot be done in a namespace here: ${firstLine(tried.stderr)}`;
  }

  down(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#lab('down');
  }

  inside(who: Host, ...command: readonly string[]): SpawnSyncReturns<string> {
    return this.#lab('run', who, ...command);
  }

  /** Starts a program in a namespace; it ends with the laboratory. */
  start(who: Host, ...command: readonly string[]): ChildProcess {
    const child = spawn(SCRIPT, ['run', who, ...command], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Starts one of `peers.mjs`. */
  peer(who: Host, ...args: readonly string[]): ChildProcess {
    return this.start(who, process.execPath, PEERS, ...args);
  }

  /** Starts a program and waits for it to say a text. */
  async serving(text: string, child: ChildProcess): Promise<ChildProcess> {
    let said = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (t) => (said += t));
    await until(
      () => said.includes(text) || child.exitCode !== null,
      () => `no "${text}" in ${said}`,
    );
    if (!said.includes(text)) throw new Error(`ended: ${said}`);
    return child;
  }

  #lab(...args: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync(SCRIPT, args, { env: this.#env, encoding: 'utf8', timeout: 120_000 });
  }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so, looking again and again. A loaded machine may take its time. */
export async function until(
  test: () => boolean | Promise<boolean>,
  otherwise: () => string,
  seconds = 120,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(otherwise());
    await sleep(100);
  }
}
