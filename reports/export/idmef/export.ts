import { readFileSync } from 'node:fs';
import { asset } from '../../../cli/package-root.js';
import { caseNamespace } from '../case-namespace.js';
import { alertsOf, type ExportedAlert, type ExportedEvidence, evidenceOf } from '../evidence.js';
import type { ExportFormat } from '../format.js';
import { safeJson, TextFile } from '../json-file.js';
import { uuid5 } from '../uuid.js';

const VERSION = '2.0.3';
const MODEL_START = '{"Version":"2.0.3","Analyzer":{"Name":"slipstream"';

const format: ExportFormat = {
  name: 'idmef',
  title: 'IDMEFv2 as JSON lines, as Slips writes alerts.json: an Event per finding, an Incident per alert',
  shape: 'file',
  ours: (head) => head.startsWith(MODEL_START),
  async write({ store, path, progress }) {
    const { db } = store;
    const namespace = await caseNamespace(db);
    const id = (own: string): string => uuid5(namespace, own);
    const file = new TextFile(path);
    let rows = 0;
    try {
      progress('findings', 0, 2);
      for await (const e of evidenceOf(db)) {
        file.write(`${safeJson(eventOf(e, id))}\n`);
        rows++;
      }
      progress('alerts', 1, 2);
      for await (const a of alertsOf(db)) {
        file.write(`${safeJson(incidentOf(a, id))}\n`);
        rows++;
      }
    } finally {
      file.close();
    }
    return { files: 1, rows, leftOut: [] };
  },
};

export const formats = [format];

const analyzer = (() => {
  const { version } = JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string };
  return (method: string) => ({
    Name: 'slipstream',
    Model: `slipstream ${version}`,
    Category: ['NIDS'],
    Data: ['Flow', 'Network'],
    Method: [method],
  });
})();

/** IDMEFv2 has no critical. */
const SEVERITY: Readonly<Record<string, string>> = {
  info: 'Info',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'High',
};

/** Method words of IDMEFv2 for how a module decides. */
const METHOD: Readonly<Record<string, string>> = {
  intel: 'Blackhole',
  suricata: 'Signature',
  https: 'AI',
  cc: 'AI',
};

/** `CreateTime` is the time of the finding, not of the writing: the same case gives the same file. */
function eventOf(e: ExportedEvidence, id: (own: string) => string): Record<string, unknown> {
  const target = party(e.victim, e.victim_kind, e.port);
  return {
    Version: VERSION,
    Analyzer: analyzer(METHOD[e.module] ?? 'Heuristic'),
    Status: 'Event',
    ID: id(e.evidence_id),
    Severity: SEVERITY[e.threat_level] ?? 'Unknown',
    StartTime: offset(e.ts),
    CreateTime: offset(e.ts),
    Confidence: e.confidence,
    Description: e.description,
    ...(e.attacker === null ? {} : { Source: [{ ...party(e.attacker, e.attacker_kind, null), ...protocol(e.proto) }] }),
    ...(target === undefined ? {} : { Target: [{ ...target, ...protocol(e.proto) }] }),
    Note: safeJson({
      uids: e.uids,
      flows: e.flows,
      threat_level: e.threat_level,
      confidence: e.confidence >= 0.8 ? 'High' : e.confidence >= 0.5 ? 'Medium' : 'Low',
      timewindow: e.tw,
      profile: e.profile,
      ...(e.site === '' ? {} : { site: e.site }),
      evidence_id: e.evidence_id,
      detection: e.detection,
      techniques: e.techniques,
      ...(e.suppressed ? { suppressed: true } : {}),
    }),
  };
}

function incidentOf(a: ExportedAlert, id: (own: string) => string): Record<string, unknown> {
  return {
    Version: VERSION,
    Analyzer: analyzer('Heuristic'),
    Status: 'Incident',
    ID: id(a.alert_id),
    Severity: 'High',
    StartTime: offset(a.tw_start),
    CreateTime: offset(a.ts),
    Confidence: Math.min(1, a.score),
    Description: a.description,
    Source: [party(a.profile, 'ip', null)],
    CorrelID: a.evidence.map(id),
    Note: safeJson({
      accumulated_threat_level: a.score,
      threshold: a.threshold,
      timewindow: a.tw,
      ...(a.site === '' ? {} : { site: a.site }),
      EndTime: offset(a.tw_end),
      alert_id: a.alert_id,
    }),
  };
}

function party(value: string | null, kind: string | null, port: number | null): Record<string, unknown> | undefined {
  if (value === null) return port === null ? undefined : { Port: [port] };
  const name = kind === 'domain' ? 'Hostname' : kind === 'url' ? 'URL' : kind === 'ip' || kind === null ? 'IP' : 'Note';
  return { [name]: value, ...(port === null ? {} : { Port: [port] }) };
}

const protocol = (proto: string | null): Record<string, unknown> => (proto === null ? {} : { Protocol: [proto] });

/** ISO 8601 with the offset written out, as Slips has it. */
const offset = (iso: string): string => iso.replace(/Z$/, '+00:00');
