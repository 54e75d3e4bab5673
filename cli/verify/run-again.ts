import type { Detection } from '../../analysis/detection/definition.js';
import type { Resources } from './check-outputs.js';

/** What a run had that its output folder does not hold. */
export interface RunAgain {
  readonly detections: readonly Detection[];
  readonly detectionPaths: readonly string[];
  /** Folders of the user's own models by kind; else where the manifest says they were. */
  readonly models: Readonly<Record<string, string>>;
  /** Folder of feeds; else where the manifest says it was. */
  readonly feeds: string | undefined;
  /** The user's own `.mmdb` files. */
  readonly asnDb?: string | undefined;
  readonly geoipDb?: string | undefined;
  readonly resources: Resources;
  readonly progress: (step: string, done: number, total: number) => void;
}
