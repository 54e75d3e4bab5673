import type { Metrics, ModelCard } from '../../../models/card.js';
import { modelCard } from '../../../models/case-card.js';
import { titleOf } from '../../detection-title.js';
import { clipped } from '../../format/text.js';
import { LIMITS } from '../../limits.js';
import type { SectionContext, SectionModule } from '../section.js';

/** The models that scored the case: what they do, how well on captures they never saw, what they cannot show. */
export const section: SectionModule = {
  async build(context) {
    const used = await context.rows('used');
    if (used.length === 0) return null;
    const found = new Map((await context.rows('findings')).map((f) => [f.detection, f]));
    const models = [];
    for (const { module, model, sha256, threshold } of used) {
      const card = await modelCard(context.db, String(module));
      const findings = card && found.get(card.detection);
      models.push({
        module: clipped(String(module), 40),
        model: clipped(String(model), 120),
        sha256: clipped(String(sha256), 64),
        threshold,
        findings: Number(findings?.findings ?? 0),
        hosts: Number(findings?.hosts ?? 0),
        card: card ? cardOf(context, card) : null,
      });
    }
    return { models };
  },
};

function cardOf(context: SectionContext, card: ModelCard) {
  const checks = Object.entries(card.metrics);
  return {
    unit: clipped(card.unit, 60),
    detection: context.detections.has(card.detection) ? card.detection : null,
    title: titleOf(context, card.detection),
    engine: clipped(card.engine, 60),
    seed: card.seed,
    stopped_early: card.stopped_early,
    rule: clipped(card.threshold_rule, LIMITS.text),
    limits: card.limits.slice(0, LIMITS.modelLimits).map((l) => clipped(l, LIMITS.text)),
    checks: checks.slice(0, LIMITS.modelChecks).map(([name, m]) => ({ name: checkName(name), ...figures(m) })),
    more_checks: Math.max(0, checks.length - LIMITS.modelChecks),
    groups: card.data.length,
    malicious: card.data.reduce((sum, g) => sum + g.malicious, 0),
    benign: card.data.reduce((sum, g) => sum + g.benign, 0),
  };
}

const checkName = (name: string): string => clipped(name.replaceAll('_', ' '), 60);

const figures = (m: Metrics) => ({
  n: m.n,
  positives: m.positives,
  auc: share(m.auc),
  auc_ci: range(m.auc_ci),
  recall: share(m.recall),
  recall_ci: range(m.recall_ci),
  fpr: share(m.fpr),
  fpr_ci: range(m.fpr_ci),
  precision: share(m.precision),
  f1: share(m.f1),
  interval: clipped(m.interval, 120),
});

const share = (value: number | null): string | null => (value === null ? null : value.toFixed(3));
const range = (value: readonly [number, number] | null): string | null =>
  value === null ? null : `${value[0].toFixed(3)} to ${value[1].toFixed(3)}`;
