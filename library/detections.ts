import { type CaseResult, runCases } from '../analysis/detection/cases.js';
import type { Definition } from '../analysis/detection/definition.js';
import { newDetection } from '../analysis/detection/new-detection.js';
import { loadDetections, readDetection } from '../analysis/detection/registry.js';

export { type CaseResult, type Definition, newDetection };

/**
 * The detections that an analysis has: those that ship and those of your folders, by id.
 * @throws SlipstreamError naming file, line and column of what is wrong in a folder
 */
export const detections = (paths: readonly string[] = []): Definition[] =>
  loadDetections(paths).map(({ sql: _, flowsSql: __, folder: ___, data: ____, ...definition }) => definition);

/**
 * Runs the cases of a detection's folder (`cases.yaml`), each in an empty case.
 * @returns by name: `problem` is undefined where it passed, else it says what came out otherwise
 * @throws SlipstreamError when the folder is no detection
 */
export const testDetection = (folder: string): Promise<CaseResult[]> => runCases(readDetection(folder));
