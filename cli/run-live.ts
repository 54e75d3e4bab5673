import type { Detection } from '../analysis/detection/definition.js';
import { megabytes } from '../ingest/case/memory-size.js';
import { chooseEngine, type User } from '../ingest/live/capture-program.js';
import { followLogs } from '../ingest/live/follow.js';
import type { LiveListener } from '../ingest/live/live-options.js';
import { LiveSession } from '../ingest/live/live-session.js';
import type { Retention } from '../ingest/live/retention.js';
import { loadDissectors } from '../ingest/pcap/dissect/registry.js';
import { DEFAULT_TIMEOUTS } from '../ingest/pcap/flow/timeouts.js';
import { seconds } from './common.js';
import type { RunSettings } from './config.js';
import { usageError } from './errors.js';

/** What to look at, as the command line says it. */
export interface LiveInput {
  readonly db: string;
  readonly interface?: string;
  readonly follow?: string;
  readonly bpf?: string;
  readonly snaplen?: string;
  readonly buffer?: string;
  readonly engine?: string;
  readonly tcpInactivity?: string;
  readonly flush?: string;
  readonly retain?: string;
  readonly write?: string;
}

export interface LiveRunOptions {
  readonly settings: RunSettings;
  readonly detections: readonly Detection[];
  readonly listener: LiveListener;
  /** Ends it: flows are written, the last window is analysed. */
  readonly stop: AbortSignal;
  /** Who captures when this process is root. */
  readonly user?: User | undefined;
  /** Called once the interface is open. */
  readonly opened?: () => void;
}

/** A case without any flow takes a part of this. */
const LEAST_RETAINED_MB = 32;

/**
 * Captures, or follows logs, until it is told to stop.
 * @throws CliError for options that make no sense, an interface that cannot be opened, a case in use, a full disk
 */
export async function runLive(input: LiveInput, options: LiveRunOptions): Promise<void> {
  const { settings, detections, listener, stop, user, opened } = options;
  if ((input.interface === undefined) === (input.follow === undefined)) {
    throw usageError('say what to look at: -i INTERFACE or --follow PATH');
  }
  const flushSeconds = seconds('--flush', input.flush) ?? 5;
  const retain = retention(input.retain);
  if (input.follow !== undefined) {
    const following = { path: input.follow, casePath: input.db, settings, detections, every: flushSeconds, retain };
    await followLogs(following, listener, stop);
    return;
  }
  const inactivity = seconds('--tcp-inactivity', input.tcpInactivity ?? settings.tcpInactivity);
  const session = new LiveSession(
    {
      casePath: input.db,
      iface: input.interface!,
      engine: await chooseEngine(input.engine),
      user,
      bpf: input.bpf ?? settings.bpf,
      snaplen: whole('--snaplen', input.snaplen, 65_535, 64),
      bufferMb: whole('--buffer', input.buffer, 64, 1),
      site: settings.site,
      timeouts: { ...DEFAULT_TIMEOUTS, tcpInactivity: inactivity ?? DEFAULT_TIMEOUTS.tcpInactivity },
      dissectors: await loadDissectors(),
      analysis: settings.analysis,
      detections,
      threads: settings.threads,
      memoryLimit: settings.memoryLimit,
      flushSeconds,
      retain,
      writePcap: input.write,
    },
    listener,
  );
  if (stop.aborted) return;
  stop.addEventListener('abort', () => session.stop());
  await session.run(opened);
}

function whole(name: string, text: string | undefined, otherwise: number, least: number): number {
  const n = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(n) || n < least || n > 262_144)
    throw usageError(`${name} ${text}: a whole number from ${least}`);
  return n;
}

/** `--retain 24h` or `--retain 10GB`. */
function retention(text: string | undefined): Retention | undefined {
  if (text === undefined) return undefined;
  const mb = /b$/i.test(text) ? megabytes(text) : undefined;
  if (mb !== undefined && mb < LEAST_RETAINED_MB) throw usageError(`--retain ${text}: at least ${LEAST_RETAINED_MB}MB`);
  return mb === undefined ? { seconds: seconds('--retain', text)! } : { bytes: mb * 1e6 };
}
