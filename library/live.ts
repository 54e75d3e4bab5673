import { loadDetections } from '../analysis/detection/registry.js';
import { type LiveInput, runLive } from '../cli/run-live.js';
import type { NewAlert, NewEvidence } from '../ingest/live/findings.js';
import type { LiveStatus } from '../ingest/live/live-options.js';
import { type AnalysisChoices, settingsOf } from './options.js';

export type { LiveStatus, NewAlert, NewEvidence };

/** Options of `live`: one of `interface` and `follow`. */
export interface LiveChoices extends AnalysisChoices {
  /** Interface to capture from, such as `eth0`. Needs the right to capture. */
  readonly interface?: string | undefined;
  /** A growing Zeek folder or log, or EVE file, instead of an interface. */
  readonly follow?: string | undefined;
  /** Only packets that match this tcpdump filter expression. */
  readonly bpf?: string | undefined;
  /** Bytes kept of each packet, at least 64. Default 65535. */
  readonly snaplen?: number | undefined;
  /** Kernel buffer in MiB for packets that are not read yet. Default 64. */
  readonly buffer?: number | undefined;
  /** What captures. Default `auto`: a program with kernel timestamps first. */
  readonly engine?: 'auto' | 'tcpdump' | 'dumpcap' | 'cap' | undefined;
  /** Idle time that ends a TCP flow, such as `5m`. Default `60m`. */
  readonly tcpInactivity?: string | undefined;
  /** How often flows are written, such as `1s`: a killed process loses this much at most. Default `5s`. */
  readonly flush?: string | undefined;
  /** Keep flows of this time (`24h`) or as much as fits (`10GB`, at least `32MB`); findings stay. Default: all. */
  readonly retain?: string | undefined;
  /** Also write the packets to this file. */
  readonly write?: string | undefined;
  /** Ends it: flows are written, the last window is analysed. Without one it goes on for ever. */
  readonly signal?: AbortSignal | undefined;
  /** The interface is open; said again when it had to be opened again. */
  readonly onCapturing?: ((iface: string) => void) | undefined;
  /** A finding, once, when its window has closed. */
  readonly onEvidence?: ((found: NewEvidence) => void) | undefined;
  /** An alert, once, after its evidence; the next window waits for what it returns. */
  readonly onAlert?: ((raised: NewAlert) => void | Promise<void>) | undefined;
  /** A window was analysed: its end (ISO 8601, UTC), and the seconds that took. */
  readonly onWindow?: ((end: string, seconds: number) => void) | undefined;
  /** Once a second, while an interface is captured from. */
  readonly onStatus?: ((status: LiveStatus) => void) | undefined;
  /** What the command line prints as `warning:`. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Captures from an interface, or follows growing logs, into a case until `signal` says stop: the command `live` without
 * blocking, `alerts.jsonl` and report. Windows are analysed as they close; others may look at the case meanwhile.
 * The caller's rights stay as they are.
 *
 * @param path the case file; made where there is none
 * @throws SlipstreamError code 2 for options that make no sense, 1 when the interface cannot be opened, the case is in use
 *   or the disk is full, 3 when there is nothing to follow
 * @example
 * const stop = new AbortController();
 * process.once('SIGINT', () => stop.abort());
 * await live('live.duckdb', { interface: 'eth0', window: '15m', signal: stop.signal, onAlert: (a) => console.log(a.description) });
 */
export async function live(path: string, choices: LiveChoices): Promise<void> {
  const settings = settingsOf(choices);
  const { signal = new AbortController().signal } = choices;
  await runLive(input(path, choices), {
    settings,
    detections: loadDetections(settings.analysis.detectionPaths),
    stop: signal,
    listener: {
      capturing: (iface) => choices.onCapturing?.(iface),
      evidence: (found) => choices.onEvidence?.(found),
      alert: (raised) => choices.onAlert?.(raised),
      window: (end, seconds) => choices.onWindow?.(end, seconds),
      status: (status) => choices.onStatus?.(status),
      warning: (message) => choices.onWarning?.(message),
    },
  });
}

/** What to look at, as the command line says it. */
function input(db: string, c: LiveChoices): LiveInput {
  const given = {
    interface: c.interface,
    follow: c.follow,
    bpf: c.bpf,
    snaplen: c.snaplen === undefined ? undefined : String(c.snaplen),
    buffer: c.buffer === undefined ? undefined : String(c.buffer),
    engine: c.engine,
    tcpInactivity: c.tcpInactivity,
    flush: c.flush,
    retain: c.retain,
    write: c.write,
  };
  return {
    db,
    ...(Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined)) as Partial<LiveInput>),
  };
}
