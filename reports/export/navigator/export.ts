import { writeFileSync } from 'node:fs';
import { techniquesOf } from '../../attack.js';
import type { ExportFormat } from '../format.js';
import { safeJson } from '../json-file.js';

const NAME = 'slipstream findings';

interface Row {
  readonly technique: string;
  readonly findings: string;
  readonly score: number;
  readonly detections: string[];
  readonly hosts: string;
}

const format: ExportFormat = {
  name: 'navigator',
  title: 'a layer of the ATT&CK Navigator: techniques that findings show, scored by their strongest',
  shape: 'file',
  ours: (head) => head.startsWith(`{"name":"${NAME}"`),
  async write({ store, path }) {
    const rows = await store.db.all<Row>(
      `SELECT t AS technique, count(DISTINCT evidence_id) AS findings,
         round(max(weight * confidence) * 100)::INTEGER AS score,
         list(DISTINCT detection ORDER BY detection) AS detections, count(DISTINCT (site, profile)) AS hosts
       FROM (SELECT unnest(techniques) AS t, * FROM evidence
             WHERE evidence_id NOT IN (SELECT evidence_id FROM suppressed))
       GROUP BY t ORDER BY t`,
    );
    const known = rows.filter((r) => /^T\d{4}(\.\d{3})?$/.test(r.technique));
    // Ids of the ICS matrix begin with T0: a layer has one domain.
    const enterprise = known.filter((r) => !r.technique.startsWith('T0'));
    writeFileSync(path, `${safeJson(layer(enterprise))}\n`);
    const ics = known.filter((r) => r.technique.startsWith('T0')).map((r) => r.technique);
    return {
      files: 1,
      rows: enterprise.length,
      leftOut: ics.length > 0 ? [`techniques of the ICS matrix: ${ics.join(', ')}`] : [],
    };
  },
};

export const formats = [format];

function layer(rows: readonly Row[]): Record<string, unknown> {
  return {
    name: NAME,
    versions: { layer: '4.5', navigator: '5.1.0', attack: '17' },
    domain: 'enterprise-attack',
    description: 'Techniques that findings of a slipstream case show. Score: the strongest finding, 0 to 100.',
    sorting: 3,
    hideDisabled: false,
    techniques: rows.map((r) => ({
      techniqueID: r.technique,
      score: r.score,
      enabled: true,
      comment: `${r.findings} finding(s) on ${r.hosts} host(s): ${r.detections.join(', ')}`,
      metadata: [{ name: 'technique', value: techniquesOf([r.technique])[0]!.name ?? r.technique }],
      showSubtechniques: r.technique.includes('.'),
    })),
    gradient: { colors: ['#fff3cf', '#f2a65a', '#b3261e'], minValue: 0, maxValue: 100 },
    legendItems: [],
  };
}
