import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection } from '../../analysis/detection/definition.js';
import { detectionHash } from '../../analysis/detection/run-detection.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { columnsOf } from '../../ingest/case/schema.js';

/** Runs `work` on a new case in a folder of its own. */
export async function withCase<T>(work: (store: CaseStore) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-report-'));
  const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
  try {
    return await work(store);
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Cell = string | number | boolean | null | readonly string[];

/** Inserts rows; columns that a row leaves out are NULL. */
export async function insert(
  db: Database,
  table: string,
  rows: readonly Readonly<Record<string, Cell>>[],
): Promise<void> {
  const columns = columnsOf(table);
  for (const row of rows) {
    const unknown = Object.keys(row).find((name) => !columns.some((c) => c.name === name));
    if (unknown) throw new Error(`${table} has no column ${unknown}`);
    const values = columns.map((c) => {
      const cell = row[c.name] ?? null;
      if (Array.isArray(cell)) return `[${cell.map(text).join(', ')}]::VARCHAR[]`;
      return typeof cell === 'string' ? `${text(cell)}::${c.type}` : String(cell);
    });
    await db.run(`INSERT INTO "${table}" SELECT ${values.join(', ')}`);
  }
}

/** A literal; NUL has none in SQL text. */
const text = (value: string): string =>
  value
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ');

/** Two definitions that the project's own detections cannot change. */
export const detections: readonly Detection[] = [
  definition({ id: 'port-scan', title: 'Port scan', level: 'high', techniques: ['T1046'] }),
  definition({ id: 'odd-certificate', title: 'Odd certificate', level: 'low', techniques: ['T1587.003', 'T9999'] }),
  definition({ id: 'needs-names', title: 'Needs names', level: 'medium', techniques: [] }),
  definition({ id: 'switched-off', title: 'Switched off', level: 'medium', techniques: [] }),
  definition({ id: 'silent', title: 'Silent', level: 'critical', techniques: [] }),
];

function definition(d: {
  id: string;
  title: string;
  level: Detection['threat_level'];
  techniques: string[];
}): Detection {
  return {
    id: d.id,
    title: d.title,
    description: `What ${d.title.toLowerCase()} means. Fires from \`least\` on.`,
    message: d.title,
    module: 'tests',
    threat_level: d.level,
    techniques: d.techniques,
    false_positives: ['A test that looks like an attack'],
    parameters: { least: { default: 3, description: 'Flows from which it fires' } },
    requires: ['flows.established'],
    scope: 'window',
    looks_back: false,
    key: 'dst',
    role: 'attacker',
    victim_counts: false,
    attacker_kind: 'ip',
    victim_kind: 'ip',
    references: [],
    sql: `SELECT '${d.id}'`,
    flowsSql: undefined,
    folder: d.id,
  };
}

const hash = (id: string): string => detectionHash(detections.find((d) => d.id === id)!);

/** Texts that a case may hold: what a flow, a name, a reason says. */
export interface Texts {
  readonly host: string;
  readonly name: string;
  readonly file: string;
  readonly description: string;
  readonly reason: string;
}

export const plainTexts: Texts = {
  host: '10.0.0.5',
  name: 'desk-5.example',
  file: 'office/conn.log',
  description: 'Port scan of 192.0.2.7, 4 ports, from 10.0.0.5',
  reason: 'expected 21 fields, found 20',
};

const H = ['2026-03-02 09:00:00', '2026-03-02 10:00:00', '2026-03-02 11:00:00'] as const;

/** A case with every kind of row that the report reads: two alerts, four findings, one suppressed, rejects. */
export async function fillSmallCase(db: Database, t: Texts = plainTexts): Promise<void> {
  await insert(db, 'sources', [{ source_id: 's1', site: '', kind: 'zeek', root: '.' }]);
  await insert(db, 'captures', [
    {
      capture_id: 'c1',
      source_id: 's1',
      path: t.file,
      bytes: 5120,
      sha256: 'ab'.repeat(32),
      records: 8,
      rejected: 2,
      first_ts: H[0],
      last_ts: '2026-03-02 11:05:00',
      status: 'complete',
    },
  ]);
  await insert(db, 'rejects', [
    { capture_id: 'c1', place: 'line 12', reason: t.reason, sample: t.description },
    { capture_id: 'c1', place: 'line 4', reason: t.reason },
  ]);
  await insert(
    db,
    'flows',
    Array.from({ length: 8 }, (_, i) => flow(i, t)),
  );
  await insert(db, 'addresses', [
    { address: t.host, is_local: true, is_private: true, scope: 'private', mac: '02:00:00:00:00:05' },
    { address: '198.51.100.9', is_local: false, is_private: false, scope: 'public', as_org: t.name },
    { address: '192.0.2.7', is_local: false, is_private: false, scope: 'public' },
  ]);
  await insert(db, 'names', [{ address: t.host, name: t.name, origin: 'dhcp', first_ts: H[0] }]);
  await insert(db, 'profiles', [
    profile(t.host, true, 0, 0.92),
    profile(t.host, true, 1, 0),
    profile('198.51.100.9', false, 2, 0.9),
  ]);
  await insert(db, 'evidence', [
    evidence('e1', 'port-scan', t.host, 0, '09:05:00.250000', 'high', 0.8, 1, t),
    evidence('e2', 'odd-certificate', t.host, 0, '09:20:00', 'low', 0.2, 0.5, t),
    evidence('e3', 'port-scan', '198.51.100.9', 2, '11:02:00', 'high', 0.8, 0.9, t),
    { ...evidence('e4', 'odd-certificate', t.host, 1, '10:30:00', 'medium', 0.5, 0.4, t), counts: false },
  ]);
  await insert(
    db,
    'evidence_flows',
    [0, 1, 2, 3].map((flow_id) => ({ evidence_id: id('e1'), flow_id })),
  );
  await insert(db, 'evidence_flows', [{ evidence_id: id('e3'), flow_id: 7 }]);
  await insert(
    db,
    'letters',
    ['88.H.h.', 'H.H.'].map((letters, i) => ({
      profile: t.host,
      site: '',
      tw_start: H[i === 0 ? 0 : 2],
      dst: '192.0.2.7',
      dport: 443,
      proto: 'tcp',
      direction: 'out',
      letters,
      offset: i * 3,
      flows: 3 - i,
      cc_score: i === 0 ? 0.25 : null,
    })),
  );
  const line = { profile: t.host, site: '', tw_start: H[0], flow_id: null };
  await insert(db, 'timeline', [
    ...[0, 1, 2].map((i) => ({
      ...line,
      ts: `2026-03-02 09:0${i}:00`,
      kind: 'flow',
      summary: `HTTPS to ${t.name}: no answer (${i})`,
      details: '{"port":443,"proto":"tcp","direction":"out","warning":"not established"}',
    })),
    {
      ...line,
      ts: '2026-03-02 09:05:00.25',
      kind: 'finding',
      summary: t.description,
      details: '{"detection":"port-scan","threat_level":"high"}',
    },
  ]);
  await insert(db, 'suppressed', [{ evidence_id: id('e4'), rule: 'printers', reason: t.reason }]);
  await insert(db, 'alerts', [
    alert('a1', t.host, 0, '09:20:00', 0.92, 2),
    alert('a2', '198.51.100.9', 2, '11:02:00', 0.9, 1),
  ]);
  await insert(db, 'alert_evidence', [
    { alert_id: id('a1'), evidence_id: id('e1') },
    { alert_id: id('a1'), evidence_id: id('e2') },
    { alert_id: id('a2'), evidence_id: id('e3') },
  ]);
  const parameters = '{"least":{"value":3,"origin":"default"}}';
  await insert(db, 'detection_runs', [
    { detection: 'port-scan', sql_sha256: hash('port-scan'), parameters, status: 'ran', findings: 2 },
    { detection: 'odd-certificate', sql_sha256: 'changed', parameters, status: 'ran', findings: 2 },
    { detection: 'silent', sql_sha256: hash('silent'), parameters, status: 'ran', findings: 0 },
    {
      detection: 'needs-names',
      sql_sha256: hash('needs-names'),
      parameters,
      status: 'not_decided',
      reason: 'no source gives ssl.server_name',
      findings: 0,
    },
    {
      detection: 'switched-off',
      sql_sha256: hash('switched-off'),
      parameters,
      status: 'disabled',
      reason: 'by configuration',
      findings: 0,
    },
    { detection: 'of-the-user', sql_sha256: 'f'.repeat(64), status: 'failed', reason: t.reason, findings: 0 },
  ]);
  const card = modelCardText(t.reason);
  await insert(db, 'models_used', [
    { module: 'toy', model: t.file, sha256: createHash('sha256').update(card).digest('hex'), threshold: 0.5 },
  ]);
  await insert(db, 'provenance', [
    { key: 'model_card.toy', value: card },
    { key: 'analysis', value: 'finished' },
    { key: 'slipstream', value: '0.1.0' },
    { key: 'locality', value: 'home networks' },
    {
      key: 'configuration',
      value:
        '{"direction":"out","evidenceThreshold":0.85,"homeNet":["10.0.0.0/8"],"scoring":"default","window":3600000000}',
    },
    { key: 'configuration_sha256', value: 'c'.repeat(64) },
    { key: 'detections_sha256', value: 'd'.repeat(64) },
  ]);
}

/** A model's card whose texts come from elsewhere. */
const modelCardText = (text: string): string =>
  JSON.stringify({
    format: 'slipstream-model/1',
    kind: 'toy',
    detection: 'odd-certificate',
    engine: 'native',
    slipstream: '0.1.0',
    seed: 1,
    files: {},
    unit: 'flow',
    parameters: {},
    stopped_early: false,
    threshold: 0.5,
    threshold_rule: `at most 1 % of the benign flows pass; ${text}`,
    data: [{ name: 'a', family: 'b', malicious: 40, benign: 60, files: [] }],
    features: [],
    metrics: {
      held_out: {
        n: 100,
        positives: 40,
        auc: 0.912345,
        auc_ci: [0.85, 0.96],
        accuracy: 0.9,
        precision: 0.8,
        recall: 0.7,
        recall_ci: [0.5, 0.9],
        f1: 0.75,
        fpr: null,
        fpr_ci: null,
        threshold: 0.5,
        interval: '4 groups malicious, 6 groups benign',
      },
    },
    limits: [`It never saw a printer. ${text}`],
  });

/** 16 characters, as ids have. */
export const id = (short: string): string => short.padEnd(16, '0');

const flow = (i: number, t: Texts) => ({
  flow_id: i,
  capture_id: 'c1',
  source_id: 's1',
  row: i + 1,
  uid: `C${i}`,
  ts: `2026-03-02 ${i < 6 ? '09' : '11'}:0${i}:00`,
  duration: i === 0 ? null : i * 1.5,
  orig_h: i < 7 ? t.host : '198.51.100.9',
  orig_p: 40000 + i,
  resp_h: '192.0.2.7',
  resp_p: 440 + i,
  proto: 'tcp',
  service: i === 1 ? t.name : null,
  orig_size: i === 0 ? null : i * 1000,
  resp_size: i * 20_000_000,
  established: i > 3,
  outcome: i > 3 ? 'established' : 'no_reply',
  orientation: i === 5 ? 'guessed' : 'seen',
  ended: 'closed',
});

const profile = (address: string, isLocal: boolean, hour: 0 | 1 | 2, score: number) => ({
  profile: address,
  site: '',
  tw_start: H[hour],
  tw: hour + 1,
  tw_end: `2026-03-02 ${10 + hour}:00:00`,
  is_local: isLocal,
  flows: 4,
  flows_est: 2,
  flows_not_est: 2,
  flows_tcp: 4,
  flows_udp: 0,
  flows_icmp: 0,
  server_flows: 0,
  peers: 1,
  peers_not_est: 1,
  dst_ports: 4,
  dst_ports_not_est: 2,
  pkts: 8,
  bytes_sent: 6000,
  bytes_received: 120_000_000,
  server_pkts: 0,
  server_bytes_sent: 0,
  server_bytes_received: 0,
  active_seconds: 9,
  first_ts: H[hour],
  last_ts: H[hour],
  score,
  alerted: score >= 0.85,
});

const evidence = (
  short: string,
  detection: string,
  address: string,
  hour: 0 | 1 | 2,
  at: string,
  level: string,
  weight: number,
  confidence: number,
  t: Texts,
) => ({
  evidence_id: id(short),
  detection,
  module: 'tests',
  ts: `2026-03-02 ${at}`,
  profile: address,
  site: '',
  tw_start: H[hour],
  role: 'attacker',
  counts: true,
  threat_level: level,
  weight,
  confidence,
  key: short === 'e1' ? '192.0.2.7' : t.name,
  attacker: address,
  attacker_kind: 'ip',
  victim: short === 'e2' ? null : '192.0.2.7',
  victim_kind: short === 'e2' ? null : 'ip',
  proto: short === 'e2' ? null : 'tcp',
  port: short === 'e2' ? null : 443,
  description: t.description,
  techniques: detections.find((d) => d.id === detection)!.techniques,
});

const alert = (short: string, address: string, hour: 0 | 1 | 2, at: string, score: number, count: number) => ({
  alert_id: id(short),
  profile: address,
  site: '',
  tw_start: H[hour],
  tw_end: `2026-03-02 ${10 + hour}:00:00`,
  ts: `2026-03-02 ${at}`,
  score,
  threshold: 0.85,
  evidence_count: count,
  description: `${count} findings`,
});
