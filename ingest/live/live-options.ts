import type { Detection } from '../../analysis/detection/definition.js';
import type { AnalysisOptions } from '../../analysis/options.js';
import type { DissectorFactory } from '../pcap/dissect/dissector.js';
import type { Timeouts } from '../pcap/flow/timeouts.js';
import type { CaptureOptions, EngineName } from './capture-program.js';
import type { NewAlert, NewEvidence } from './findings.js';
import type { Retention } from './retention.js';

/** What to capture, and what becomes of it. */
export interface LiveOptions extends CaptureOptions {
  readonly casePath: string;
  readonly engine: EngineName;
  readonly site: string;
  readonly timeouts: Timeouts;
  readonly dissectors: readonly DissectorFactory[];
  readonly analysis: AnalysisOptions;
  readonly detections: readonly Detection[];
  readonly threads: number;
  readonly memoryLimit: string;
  readonly flushSeconds: number;
  readonly retain: Retention | undefined;
  /** Also write the packets here, so that they can be cut out later. */
  readonly writePcap: string | undefined;
}

/** What a session tells while it runs. */
export interface LiveListener {
  /** The interface is open: from now on its packets are seen. Said again when it was opened again. */
  capturing(iface: string, engine: EngineName): void;
  evidence(found: NewEvidence): void;
  /** Called after the evidence of the alert; the next window waits for it. */
  alert(raised: NewAlert): void | Promise<void>;
  /** A window was analysed: its end, and how long that took. */
  window(end: string, seconds: number): void;
  status(status: LiveStatus): void;
  warning(message: string): void;
}

export interface LiveStatus {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  readonly openFlows: number;
  readonly dropped: number;
  readonly received: number;
}
