import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CliError, usageError } from '../../cli/errors.js';
import { CAP_INSTALL, CapCapture, loadCap } from './cap-engine.js';

export type EngineName = 'tcpdump' | 'dumpcap' | 'cap';
type ProgramName = Exclude<EngineName, 'cap'>;

export interface CaptureOptions {
  readonly iface: string;
  readonly bpf?: string | undefined;
  /** Bytes kept of each packet. */
  readonly snaplen: number;
  /** Kernel buffer in MiB: what is not read in time waits here. */
  readonly bufferMb: number;
  /** Who the capture program runs as when this process is root: it keeps the right to capture and no other. */
  readonly user?: User | undefined;
}

/** A user of this machine by numbers. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface CaptureProgramOptions extends CaptureOptions {
  readonly engine: ProgramName;
}

/** A capture that goes on: a pcap stream comes out of `stdout`. */
export interface Capture {
  readonly stdout: Readable;
  /** What the kernel counted, as it said last; undefined where the engine cannot tell. */
  readonly counts: CaptureCounts | undefined;
  /** Settles when the interface is open; never where that fails. */
  readonly opened: Promise<undefined>;
  /** Settles when the capture has ended: with a message when it failed. */
  readonly ended: Promise<string | undefined>;
  /** Asks for the counts; they are in `counts` soon after. */
  ask(): void;
  /** Ends the capture; what the kernel still holds is delivered first. */
  stop(): void;
}

/** Packets as the kernel counted them. */
export interface CaptureCounts {
  readonly received: number;
  readonly dropped: number;
}

const PACKAGES: Readonly<Record<ProgramName, string>> = { tcpdump: 'tcpdump', dumpcap: 'wireshark-common' };
/** At its end a capture waits so long for packets when none comes, and so long at most. */
const STUCK_MS = 5000;
const LONGEST_MS = 60_000;
const PROGRAMS = ['tcpdump', 'dumpcap'] as const;

/** True when the program is on this machine. */
const hasProgram = (engine: ProgramName): boolean => spawnSync(engine, ['--version']).error === undefined;

/**
 * The engine to take. By itself: a program, as they hand on the kernel's timestamps and drops (tcpdump tells its drops while
 * it runs), else the package `cap`.
 */
export async function chooseEngine(wanted = 'auto'): Promise<EngineName> {
  const own = wanted === 'cap' || wanted === 'auto' ? await loadCap() : undefined;
  if (wanted === 'auto') {
    const engine = PROGRAMS.find(hasProgram) ?? (own ? 'cap' : undefined);
    if (!engine) throw new CliError(`nothing to capture with: apt-get install tcpdump`);
    return engine;
  }
  if (wanted === 'cap') {
    if (!own) throw new CliError(`the package cap is not installed: ${CAP_INSTALL}`);
    return 'cap';
  }
  if (wanted !== 'tcpdump' && wanted !== 'dumpcap') {
    throw usageError(`--engine ${wanted}: one of auto, tcpdump, dumpcap, cap`);
  }
  if (!hasProgram(wanted)) throw new CliError(`${wanted} is not installed: apt-get install ${PACKAGES[wanted]}`);
  return wanted;
}

/** Begins to capture. */
export async function startCapture(engine: EngineName, options: CaptureOptions): Promise<Capture> {
  if (engine !== 'cap') return new CaptureProgram({ ...options, engine });
  const own = await loadCap();
  if (!own) throw new CliError(`the package cap is not installed: ${CAP_INSTALL}`);
  return new CapCapture(own, options);
}

/** A running capture program: a pcap stream with kernel timestamps comes out of `stdout`. */
class CaptureProgram implements Capture {
  readonly stdout: Readable;
  /** What the program said last about its packets. */
  counts: CaptureCounts | undefined;
  readonly #child: ChildProcess;
  readonly #engine: ProgramName;
  #said = '';
  /** Packets that tcpdump has handed on. */
  #captured = 0;
  /** How often it said its counts. */
  #told = 0;
  #stopping = false;
  #listening = false;
  #open: (value: undefined) => void = () => undefined;
  readonly opened: Promise<undefined>;
  readonly ended: Promise<string | undefined>;

  constructor(options: CaptureProgramOptions) {
    this.#engine = options.engine;
    const [program, ...args] = [...asUser(options.user), options.engine, ...programArguments(options)] as const;
    this.#child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.stdout = this.#child.stdout!;
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`${options.engine}: ${error.message}`));
      this.#child.once('close', (code) =>
        resolve(code === 0 || this.#stopping ? undefined : this.#reason(options, code)),
      );
    });
  }

  /** Asks the program for its counts; they are in `counts` soon after. */
  ask(): void {
    // Before it listens that signal would end it.
    if (this.#engine === 'tcpdump' && this.#listening) this.#child.kill('SIGUSR1');
  }

  /** Ends the capture. tcpdump forgets at its end what the kernel still holds: it is asked until it has that. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#engine !== 'tcpdump') {
      this.#child.kill('SIGINT');
      return;
    }
    const began = performance.now();
    const told = this.#told;
    let wanted: number | undefined;
    let [captured, moved] = [-1, began];
    const timer = setInterval(() => {
      const now = performance.now();
      if (this.#told > told) wanted ??= this.counts?.received;
      if (this.#captured !== captured) [captured, moved] = [this.#captured, now];
      if ((wanted === undefined || captured < wanted) && now - moved < STUCK_MS && now - began < LONGEST_MS) {
        this.ask();
        return;
      }
      clearInterval(timer);
      this.#child.kill('SIGINT');
    }, 100);
    void this.ended.then(() => clearInterval(timer));
    this.ask();
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-4000);
    // dumpcap says that it captures before it has opened anything, and names its file after it.
    if (!this.#listening && /^tcpdump: listening on|^listening on|^File: /m.test(this.#said)) {
      this.#listening = true;
      this.#open(undefined);
    }
    const received = [...this.#said.matchAll(/(\d+) packets? received by filter/g)].at(-1);
    const dropped = [...this.#said.matchAll(/(\d+) packets? dropped by kernel/g)].at(-1);
    const captured = [...this.#said.matchAll(/(\d+) packets? captured/g)].at(-1);
    if (captured) this.#captured = Number(captured[1]);
    if (received && dropped) {
      this.counts = { received: Number(received[1]), dropped: Number(dropped[1]) };
      if (/received by filter/.test(text)) this.#told++;
    }
    // dumpcap tells at its end only: "Packets received/dropped on interface 'eth0': 120/3".
    const both = /received\/dropped on interface[^:]*: (\d+)\/(\d+)/.exec(this.#said);
    if (both) this.counts = { received: Number(both[1]), dropped: Number(both[2]) };
  }

  #reason(options: CaptureProgramOptions, code: number | null): string {
    const lines = this.#said.split('\n').filter((l) => l.trim() !== '');
    if (/permission|not permitted|CAP_NET_RAW/i.test(this.#said)) {
      return `${options.iface}: no permission to capture; run as root, or give the program the right: setcap cap_net_raw+ep $(command -v ${options.engine})`;
    }
    if (/not up|network is down/i.test(this.#said)) {
      return `${options.iface}: the interface is down; 'ip link set ${options.iface} up' brings it up`;
    }
    if (/No such device|doesn't exist|not found/i.test(this.#said)) {
      return `${options.iface}: no such interface; 'ip link' lists them`;
    }
    if (/syntax error|can't parse filter|expression rejects/i.test(this.#said)) {
      return `--bpf: ${lines.find((l) => /syntax|filter|expression/i.test(l))?.replace(/^\w+: /, '') ?? 'not a filter'}`;
    }
    return `${options.engine} ended (${code ?? 'signal'}): ${lines.at(-1)?.replace(/^\w+: /, '') ?? 'no message'}`;
  }
}

/** A program that runs another as a user who may capture. Signals of that user reach it, root's process could not be told to end. */
function asUser(user: User | undefined): string[] {
  // Later, when this process is that user already, a program that ends can be started again only with a right of its own.
  if (!user || process.getuid?.() !== 0) return [];
  const rights = '-all,+net_raw';
  return [
    ...['setpriv', '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'],
    ...['--inh-caps', rights, '--ambient-caps', rights, '--bounding-set', rights, '--'],
  ];
}

function programArguments(o: CaptureProgramOptions): string[] {
  const filter = o.bpf === undefined ? [] : [o.bpf];
  if (o.engine === 'dumpcap') {
    const capture = o.bpf === undefined ? [] : ['-f', o.bpf];
    return ['-i', o.iface, '-w', '-', '-P', '-s', String(o.snaplen), '-B', String(o.bufferMb), ...capture];
  }
  // -U: a packet leaves as soon as it is there; -n: no look-ups; --immediate-mode would cost a wake-up per packet.
  return [
    '-i',
    o.iface,
    '-w',
    '-',
    '-U',
    '-n',
    '-s',
    String(o.snaplen),
    '-B',
    String(o.bufferMb * 1024),
    '--',
    ...filter,
  ];
}
