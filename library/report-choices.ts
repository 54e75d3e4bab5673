import type { ReportOptions } from '../reports/options.js';

/** What a report shows of a case. */
export type ReportChoices = Omit<ReportOptions, 'detections'>;
