import type { Metrics } from '../models/card.js';
import { table } from './terminal.js';

const share = (v: number | null): string => (v === null ? '–' : v.toFixed(4));
const range = (v: readonly [number, number] | null): string => (v === null ? '' : ` ${share(v[0])}–${share(v[1])}`);

/** Metrics as an aligned table, one line per name. */
export const metricsText = (metrics: Readonly<Record<string, Metrics>>): string =>
  table(
    ['check', 'rows', 'malicious', 'AUC (95 %)', 'recall (95 %)', 'false positives (95 %)', 'precision', 'F1'],
    Object.entries(metrics).map(([name, m]) => [
      name,
      m.n,
      m.positives,
      `${share(m.auc)}${range(m.auc_ci)}`,
      `${share(m.recall)}${range(m.recall_ci)}`,
      `${share(m.fpr)}${range(m.fpr_ci)}`,
      share(m.precision),
      share(m.f1),
    ]),
  );
