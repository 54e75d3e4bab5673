/**
 * slipstream as a library: analyse captures, read cases, train models.
 *
 * Every function is a command of the same name and does what it does. Errors are `SlipstreamError`: a message for the user,
 * never more than two lines, and the exit code the command would have.
 */
export { CliError as SlipstreamError } from './cli/errors.js';
export { type Analysis, type AnalyzeOptions, analyze, type ReadFile } from './library/analyze.js';
export { type CaseResult, type Definition, detections, newDetection, testDetection } from './library/detections.js';
export { type ExportSummary, exportCase } from './library/export-case.js';
export { type LiveChoices, type LiveStatus, live, type NewAlert, type NewEvidence } from './library/live.js';
export {
  evaluate,
  type FeatureTable,
  features,
  type LabelledCapture,
  type Metrics,
  type ModelCard,
  modelCard,
  type TrainChoices,
  train,
} from './library/models.js';
export {
  type Case,
  type Column,
  type Explanation,
  type OpenOptions,
  openCase,
  type PacketChoice,
  type Row,
  type TimelineChoices,
  type TimelineLine,
  type Value,
} from './library/open-case.js';
export type { AnalysisChoices, Callbacks, ReadingChoices, ResourceOptions } from './library/options.js';
export type { ReportChoices } from './library/report-choices.js';
