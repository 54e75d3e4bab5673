import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CliError, usageError } from '../../cli/errors.js';

export type EngineName = 'tcpdump' | 'dumpcap';

export interface CaptureProgramOptions {
  readonly iface: string;
  readonly engine: EngineName;
  readonly bpf?: string | undefined;
  /** Bytes kept of each packet. */
  readonly snaplen: number;
  /** Kernel buffer in MiB: what is not read in time waits here. */
  readonly bufferMb: number;
}

/** Packets as the kernel counted them. */
export interface CaptureCounts {
  readonly received: number;
  readonly dropped: number;
}

const PACKAGES: Readonly<Record<EngineName, string>> = { tcpdump: 'tcpdump', dumpcap: 'wireshark-common' };

/** True when the program is on this machine. */
export const hasEngine = (engine: EngineName): boolean => spawnSync(engine, ['--version']).error === undefined;

/** The engine to take: tcpdump, which tells its drops while it runs, else dumpcap. */
export function chooseEngine(wanted: string | undefined): EngineName {
  if (wanted !== undefined && wanted !== 'tcpdump' && wanted !== 'dumpcap') {
    throw usageError(`--engine ${wanted}: one of tcpdump, dumpcap`);
  }
  const engine = (wanted ?? (['tcpdump', 'dumpcap'] as const).find(hasEngine) ?? 'tcpdump') as EngineName;
  if (!hasEngine(engine)) throw new CliError(`${engine} is not installed: apt-get install ${PACKAGES[engine]}`);
  return engine;
}

/** A running capture program: a pcap stream with kernel timestamps comes out of `stdout`. */
export class CaptureProgram {
  readonly stdout: Readable;
  /** What the program said last about its packets. */
  counts: CaptureCounts | undefined;
  readonly #child: ChildProcess;
  readonly #engine: EngineName;
  #said = '';
  #stopping = false;
  /** Settles when the program has ended: with a message when it failed. */
  readonly ended: Promise<string | undefined>;

  constructor(options: CaptureProgramOptions) {
    this.#engine = options.engine;
    this.#child = spawn(options.engine, programArguments(options), { stdio: ['ignore', 'pipe', 'pipe'] });
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
    if (this.#engine === 'tcpdump') this.#child.kill('SIGUSR1');
  }

  /** Ends the capture; what the kernel still holds is delivered first. */
  stop(): void {
    this.#stopping = true;
    this.#child.kill('SIGINT');
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-4000);
    const received = [...this.#said.matchAll(/(\d+) packets? received by filter/g)].at(-1);
    const dropped = [...this.#said.matchAll(/(\d+) packets? dropped by kernel/g)].at(-1);
    if (received && dropped) this.counts = { received: Number(received[1]), dropped: Number(dropped[1]) };
    // dumpcap tells at its end only: "Packets received/dropped on interface 'eth0': 120/3".
    const both = /received\/dropped on interface[^:]*: (\d+)\/(\d+)/.exec(this.#said);
    if (both) this.counts = { received: Number(both[1]), dropped: Number(both[2]) };
  }

  #reason(options: CaptureProgramOptions, code: number | null): string {
    const lines = this.#said.split('\n').filter((l) => l.trim() !== '');
    if (/permission|not permitted|CAP_NET_RAW/i.test(this.#said)) {
      return `${options.iface}: no permission to capture; run as root, or give the program the right: setcap cap_net_raw+ep $(command -v ${options.engine})`;
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
