import type { Database } from '../../../ingest/case/database.js';
import { techniquesOf } from '../../attack.js';
import { checkOptions } from '../../options.js';
import { setScope } from '../../scope.js';
import { sectionSql } from '../../sections/registry.js';
import { caseNamespace } from '../case-namespace.js';
import { alertsOf, type ExportedAlert, type ExportedEvidence, evidenceOf } from '../evidence.js';
import type { ExportContext, ExportFormat, ExportSummary } from '../format.js';
import { safeJson, TextFile } from '../json-file.js';
import { uuid5 } from '../uuid.js';
import { attackPattern, identity, marking, observable, patternOf, type StixObject, traffic } from './objects.js';

const START = '{"type":"bundle","id":"bundle--';

const format: ExportFormat = {
  name: 'stix',
  title: 'a STIX 2.1 bundle: indicators, findings as observed data, alerts as groupings, ATT&CK techniques',
  shape: 'file',
  ours: (head) => head.startsWith(START) && head.includes(identity.id),
  write,
};

export const formats = [format];

/** Objects are written as they come; only the ids of those that may come twice are kept. */
class Bundle {
  readonly #file: TextFile;
  readonly #once = new Set<string>();
  readonly #marking: string | undefined;
  objects = 0;

  constructor(path: string, id: string, tlp: StixObject | undefined) {
    this.#file = new TextFile(path);
    this.#file.write(`${START}${id}","objects":[`);
    this.#marking = tlp?.id;
    this.once(identity);
    if (tlp) this.once(tlp);
  }

  /** An object that comes once. */
  add(object: StixObject): void {
    const marked =
      this.#marking === undefined || object.type === 'marking-definition'
        ? object
        : { ...object, object_marking_refs: [this.#marking] };
    this.#file.write(`${this.objects++ === 0 ? '\n' : ',\n'}${safeJson(marked)}`);
  }

  /** An object that others may have written. */
  once(object: StixObject): string {
    if (!this.#once.has(object.id)) {
      this.#once.add(object.id);
      this.add(object);
    }
    return object.id;
  }

  close(): void {
    this.#file.write('\n]}\n');
    this.#file.close();
  }
}

async function write({ store, path, options, progress }: ExportContext): Promise<ExportSummary> {
  const { db } = store;
  const namespace = await caseNamespace(db);
  const tlp = options.tlp === null ? undefined : marking(options.tlp);
  const id = (type: string, own: string): string => `${type}--${uuid5(namespace, `${type} ${own}`)}`;
  const bundle = new Bundle(path, uuid5(namespace, `bundle ${options.tlp ?? ''}`), tlp);
  const left = { info: 0, suppressed: 0, without: 0, kinds: 0 };
  const told = new Set<string>();
  try {
    progress('findings', 0, 3);
    for await (const e of evidenceOf(db)) {
      if (e.suppressed) left.suppressed++;
      else if (!(e.weight > 0)) left.info++;
      else if (observed(bundle, e, id)) told.add(e.evidence_id);
      else left.without++;
    }
    progress('indicators', 1, 3);
    left.kinds = await indicators(bundle, db, id, told);
    progress('alerts', 2, 3);
    for await (const a of alertsOf(db)) grouping(bundle, a, id, told);
  } finally {
    bundle.close();
  }
  return { files: 1, rows: bundle.objects, leftOut: leftOut(left) };
}

type Ids = (type: string, own: string) => string;

/** A finding as observed data over its parties and their traffic; false when none of them can be said in STIX. */
function observed(bundle: Bundle, e: ExportedEvidence, id: Ids): boolean {
  const src = observable(e.attacker, e.attacker_kind);
  const dst = observable(e.victim, e.victim_kind);
  const between = traffic(e, src, dst);
  const objects = [src, dst, between].filter((o): o is StixObject => o !== undefined);
  if (objects.length === 0) return false;
  const refs = [...new Set(objects.map((o) => bundle.once(o)))];
  const techniques = techniquesOf(e.techniques.filter((t) => /^T\d{4}(\.\d{3})?$/.test(t)));
  bundle.add({
    type: 'observed-data',
    spec_version: '2.1',
    id: id('observed-data', e.evidence_id),
    created_by_ref: identity.id,
    created: toMillis(e.ts),
    modified: toMillis(e.ts),
    first_observed: e.first_ts,
    last_observed: e.last_ts,
    number_observed: Math.max(1, Math.min(999_999_999, e.flows)),
    object_refs: refs,
    confidence: percent(e.weight * e.confidence),
    labels: [e.detection, `threat-level-${e.threat_level}`],
    external_references: [
      { source_name: 'slipstream', external_id: e.evidence_id, description: e.description },
      ...techniques.map((t) => ({ source_name: 'mitre-attack', external_id: t.id })),
    ],
  });
  for (const t of techniques) bundle.once(attackPattern(t.id, t.name));
  return true;
}

/** What the report names as indicators. Returns how many are of a kind that STIX has no object for. */
async function indicators(bundle: Bundle, db: Database, id: Ids, told: ReadonlySet<string>): Promise<number> {
  await setScope(db, checkOptions({}));
  const rows = await db.all<{
    indicator: string;
    kind: string;
    side: string;
    strength: number;
    detections: string[];
    first_iso: string;
    links: { id: string }[];
  }>(sectionSql('indicators/query'), { links: 20, indicators: 1_000_000 });
  let without = 0;
  for (const r of rows) {
    const pattern = patternOf(r.indicator, r.kind);
    if (pattern === undefined) {
      without++;
      continue;
    }
    const created = toMillis(r.first_iso);
    const indicator = id('indicator', `${r.kind} ${r.indicator}`);
    bundle.add({
      type: 'indicator',
      spec_version: '2.1',
      id: indicator,
      created_by_ref: identity.id,
      created,
      modified: created,
      name: `${r.kind} ${r.side === 'attacked' ? 'that attacked' : 'that was contacted'}: ${r.indicator}`.slice(0, 500),
      description: `Named by findings of ${r.detections.join(', ')}`,
      indicator_types: ['anomalous-activity'],
      pattern,
      pattern_type: 'stix',
      valid_from: created,
      confidence: percent(r.strength),
      labels: r.detections,
    });
    for (const link of r.links.filter((l) => told.has(l.id))) {
      bundle.add({
        type: 'relationship',
        spec_version: '2.1',
        id: id('relationship', `${indicator} ${link.id}`),
        created_by_ref: identity.id,
        created,
        modified: created,
        relationship_type: 'based-on',
        source_ref: indicator,
        target_ref: id('observed-data', link.id),
      });
    }
  }
  return without;
}

/** An alert groups the findings behind it. */
function grouping(bundle: Bundle, a: ExportedAlert, id: Ids, told: ReadonlySet<string>): void {
  const refs = a.evidence.filter((e) => told.has(e)).map((e) => id('observed-data', e));
  const host = observable(a.profile, 'ip');
  if (host) refs.push(bundle.once(host));
  if (refs.length === 0) return;
  bundle.add({
    type: 'grouping',
    spec_version: '2.1',
    id: id('grouping', a.alert_id),
    created_by_ref: identity.id,
    created: toMillis(a.ts),
    modified: toMillis(a.ts),
    name: `Alert: ${a.profile}, ${a.tw_start} to ${a.tw_end}`,
    description: a.description,
    context: 'suspicious-activity',
    object_refs: refs,
    confidence: percent(a.score),
    external_references: [{ source_name: 'slipstream', external_id: a.alert_id }],
  });
}

/** Times of making in milliseconds, as the standard has them. */
const toMillis = (iso: string): string => iso.replace(/(\.\d{3})\d*Z$/, '$1Z');

const percent = (share: number): number => Math.max(0, Math.min(100, Math.round(share * 100)));

function leftOut(left: { info: number; suppressed: number; without: number; kinds: number }): string[] {
  return [
    left.info > 0 ? `${left.info} findings for information only` : '',
    left.suppressed > 0 ? `${left.suppressed} suppressed findings` : '',
    left.without > 0 ? `${left.without} findings without an address or a name` : '',
    left.kinds > 0 ? `${left.kinds} indicators of kinds that STIX has no object for` : '',
  ].filter((t) => t !== '');
}
