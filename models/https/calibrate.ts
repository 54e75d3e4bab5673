/**
 * A forest's score moved so that its threshold lies at .5: both variants, and the forests of all folds, then have one
 * scale. Order stays; rounded to 6 decimals, and what was below the threshold stays below .5.
 */
export function calibrated(score: number, threshold: number): number {
  if (score >= threshold) {
    const above = threshold >= 1 ? 0 : (0.5 * (score - threshold)) / (1 - threshold);
    return Math.round((0.5 + above) * 1e6) / 1e6;
  }
  return Math.min(0.499999, Math.round(((0.5 * score) / threshold) * 1e6) / 1e6);
}
