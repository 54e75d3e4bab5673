import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { alertsJsonl } from '../../analysis/alerts-jsonl.js';
import { detect } from '../../analysis/detect.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { tableDigests } from '../../analysis/digest.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import { renderReport } from '../../reports/render.js';
import { fixture } from '../../test/support/fixtures.js';
import { tempDir } from '../../test/support/temp-dir.js';
import { sha256 } from '../hash-file.js';
import { manifest } from '../manifest.js';
import { checkModels } from './check-program.js';
import { compareMaps } from './difference.js';
import { type Manifest, readManifest } from './read-manifest.js';
import { type Verification, type VerifyOptions, verify } from './verify.js';

const folder = tempDir('verify');
const captures = join(folder, 'captures');
const original = join(folder, 'out');
const resources = { threads: 2, memoryLimit: '1GB' };
const feeds = join(folder, 'feeds');
const analysis = { ...defaultOptions, homeNet: ['192.168.50.0/24', '2001:db8:50::/48'], feeds };
const FILES = ['conn.log', 'dns.log', 'ssl.log'];

beforeAll(async () => {
  mkdirSync(captures, { recursive: true });
  mkdirSync(original);
  mkdirSync(feeds);
  writeFileSync(join(feeds, 'listed.txt'), '203.0.113.66\nbad.example\n');
  for (const name of FILES) cpSync(fixture('office-zeek-tsv', name), join(captures, name));
  await makeOutput(original);
}, 120_000);

async function makeOutput(out: string): Promise<void> {
  const detections = loadDetections();
  const store = await CaseStore.open(join(out, 'case.duckdb'), { mode: 'create', ...resources });
  try {
    const files = await ingest(store, [captures]);
    await detect(store, analysis, undefined, detections);
    const outputs = { 'alerts.jsonl': join(out, 'alerts.jsonl'), 'report.html': join(out, 'report.html') };
    writeFileSync(outputs['alerts.jsonl'], await alertsJsonl(store.db));
    const report = { title: 'Verified', tlp: 'green' };
    writeFileSync(outputs['report.html'], await renderReport(store, { ...report, detections }));
    writeFileSync(
      join(out, 'manifest.json'),
      await manifest(store, { outputs, report, analysis, detections, files, earlier: join(out, 'manifest.json') }),
    );
  } finally {
    store.close();
  }
}

let copies = 0;
/** A copy of the output folder to spoil. */
function copy(change?: (manifest: Manifest) => void): string {
  const to = join(folder, `copy-${++copies}`);
  cpSync(original, to, { recursive: true });
  if (change) {
    const path = join(to, 'manifest.json');
    const value = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    change(value);
    writeFileSync(path, JSON.stringify(value));
  }
  return to;
}

const check = (dir: string, options: Partial<VerifyOptions> = {}): Promise<Verification> =>
  verify(dir, {
    captures: undefined,
    rerun: false,
    detections: loadDetections(),
    detectionPaths: [],
    models: {},
    feeds: undefined,
    resources,
    progress: () => undefined,
    ...options,
  });

const names = (v: Verification): string[] => v.differences.map((d) => `${d.kind} ${d.name} ${d.problem}`);

/** One bit of one byte. */
function flip(path: string, at?: number): void {
  const bytes = readFileSync(path);
  const i = at ?? Math.floor(bytes.length / 2);
  bytes[i] = bytes[i]! ^ 1;
  writeFileSync(path, bytes);
}

describe('what is as recorded', () => {
  it('is the same, also run again elsewhere with another number of threads', async () => {
    const result = await check(copy(), { rerun: true, resources: { threads: 1, memoryLimit: '1GB' } });
    expect(names(result)).toEqual([]);
    expect(result).toMatchObject({ same: true, rerun: 'done', inputs: 3 });
  }, 120_000);

  it('does not depend on the environment block', async () => {
    const dir = copy((m) => {
      Object.assign(m, { environment: { node: 'v99', captures: 7 } });
    });
    expect(names(await check(dir, { captures }))).toEqual([]);
  });

  it('finds captures that moved and have other names, by what they hold', async () => {
    const moved = join(folder, 'moved', 'deeper');
    mkdirSync(moved, { recursive: true });
    for (const name of FILES) cpSync(join(captures, name), join(moved, `${name}.renamed`));
    const result = await check(copy(), { captures: join(folder, 'moved'), rerun: true });
    expect(names(result)).toEqual([]);
    expect(result.rerun).toBe('done');
  }, 120_000);

  it('takes the indicators from the case where the feeds are gone', async () => {
    const result = await check(copy(), { feeds: join(folder, 'no-feeds'), rerun: true });
    expect(names(result)).toEqual([]);
    expect(result).toMatchObject({ feedsReplayed: true, rerun: 'done' });
  }, 120_000);

  it('replays answers from outside and labels given by hand', async () => {
    const dir = copy();
    const store = await CaseStore.open(join(dir, 'case.duckdb'), { mode: 'update', ...resources });
    await store.db.run(`INSERT INTO lookups VALUES ('rdns', '192.0.2.1', '"host.example"', 'aa')`);
    await store.db.run(
      "INSERT INTO labels SELECT source_id, uid, 'Malicious', NULL, 'malicious', 'file' FROM flows ORDER BY flow_id LIMIT 3",
    );
    const tables = await tableDigests(store.db);
    store.close();
    const path = join(dir, 'manifest.json');
    const value = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    writeFileSync(path, JSON.stringify({ ...value, tables }));
    expect(names(await check(dir, { rerun: true }))).toEqual([]);
  }, 120_000);
});

describe('one byte', () => {
  it('of an input names that input, and the analysis is not run', async () => {
    const spoilt = join(folder, 'spoilt');
    cpSync(captures, spoilt, { recursive: true });
    flip(join(spoilt, 'dns.log'));
    const result = await check(copy(), { captures: spoilt, rerun: true });
    expect(names(result)).toEqual(['input dns.log changed']);
    expect(result.rerun).toBe('not possible: what goes in differs');
  });

  it.each(['report.html', 'alerts.jsonl'])('of %s names it', async (name) => {
    const dir = copy();
    flip(join(dir, name));
    expect(names(await check(dir))).toEqual([`output ${name} changed`]);
  });

  it('of an output changes nothing about what comes out again', async () => {
    const dir = copy();
    flip(join(dir, 'report.html'));
    const result = await check(dir, { rerun: true });
    expect(names(result)).toEqual(['output report.html changed']);
    expect(result.rerun).toBe('done');
  }, 120_000);

  it('of a row of the case names the table', async () => {
    const dir = copy();
    const store = await CaseStore.open(join(dir, 'case.duckdb'), { mode: 'update', ...resources });
    await store.db.run("UPDATE evidence SET description = description || '.' WHERE detection = 'horizontal-port-scan'");
    store.close();
    expect(names(await check(dir))).toEqual(['case table evidence changed']);
  });

  it('of the file of the case in a table is found', async () => {
    const dir = copy();
    const path = join(dir, 'case.duckdb');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('Horizontal port scan');
    expect(at).toBeGreaterThan(0);
    flip(path, at);
    expect(names(await check(dir)).every((n) => n.startsWith('case '))).toBe(true);
    expect((await check(dir)).same).toBe(false);
  });

  it('of a rule, a pass or a template names the file', async () => {
    const other = 'f'.repeat(64);
    const dir = copy((m) => {
      m.detections.find((d) => d.detection === 'icmp-sweep')!.files['detection.sql'] = other;
      m.program['analysis/evidence/score.sql'] = other;
      m.program['reports/templates/page.hbs'] = other;
      m.packages.handlebars = '0.0.1';
    });
    expect(names(await check(dir))).toEqual([
      'package handlebars changed',
      'program analysis/evidence/score.sql changed',
      'program reports/templates/page.hbs changed',
      'rule icmp-sweep/detection.sql changed',
    ]);
  });

  it('of a rule of the user names its file', async () => {
    const rules = join(folder, 'rules');
    cpSync(join(loadDetections()[0]!.folder, '..', 'icmp-sweep'), join(rules, 'own-sweep'), { recursive: true });
    const yaml = join(rules, 'own-sweep', 'detection.yaml');
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('id: icmp-sweep', 'id: own-sweep'));
    const own = loadDetections([rules]);
    const files = { 'detection.yaml': '', 'detection.sql': '', 'flows.sql': '' };
    for (const name of Object.keys(files) as (keyof typeof files)[]) {
      files[name] = sha256(readFileSync(join(rules, 'own-sweep', name)));
    }
    const dir = copy((m) => m.detections.push({ detection: 'own-sweep', sql_sha256: '', status: 'ran', files }));
    expect(names(await check(dir, { detections: own }))).toEqual([]);
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('Zeek', 'zeek').concat('\n'));
    expect(names(await check(dir, { detections: own }))).toEqual(['rule own-sweep/detection.yaml changed']);
    expect(names(await check(dir))).toEqual(['rule own-sweep missing']);
  });

  it('of a model names its file', async () => {
    const model = join(folder, 'model');
    mkdirSync(model);
    writeFileSync(join(model, 'card.json'), '{}');
    writeFileSync(join(model, 'forest.json'), '[1,2,3]');
    const files = { 'forest.json': sha256('[1,2,3]') };
    const recorded = {
      models: [{ module: 'https', model: 'own', sha256: sha256('{}'), files }],
    } as unknown as Manifest;
    const found = (own: Record<string, string>): string[] =>
      checkModels(recorded, own).map((d) => `${d.name} ${d.problem}`);
    expect(found({ https: model })).toEqual([]);
    flip(join(model, 'forest.json'));
    expect(found({ https: model })).toEqual(['https/forest.json changed']);
    expect(found({ https: join(folder, 'nowhere') })).toEqual(['https missing']);
    expect(found({})).toEqual(['https missing']);
  });

  it('of a feed names it', async () => {
    const other = join(folder, 'feeds-changed');
    cpSync(feeds, other, { recursive: true });
    flip(join(other, 'listed.txt'), 3);
    expect(names(await check(copy(), { feeds: other, rerun: true }))).toEqual(['feed listed changed']);
    expect(names(await check(copy(), { feeds }))).toEqual([]);
  });

  it('of the recorded configuration is found', async () => {
    const dir = copy((m) => {
      m.provenance.configuration = m.provenance.configuration!.replace('"out"', '"all"');
    });
    const result = await check(dir, { rerun: true });
    expect(names(result)).toEqual(['configuration configuration changed']);
    expect(result.rerun).toBe('not possible: what goes in differs');
  });
});

describe('what is missing', () => {
  it('is said to be', async () => {
    const dir = copy((m) => {
      m.outputs['extra.txt'] = '0'.repeat(64);
      m.tables.gone = '0'.repeat(64);
    });
    const nowhere = join(folder, 'nothing-here');
    mkdirSync(nowhere);
    expect(names(await check(dir, { captures: nowhere }))).toEqual([
      ...JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')).inputs.map(
        (i: { path: string }) => `input ${i.path} missing`,
      ),
      'output extra.txt missing',
      'case table gone missing',
    ]);
  });
});

describe('a manifest from elsewhere', () => {
  it.each<[string, (m: Record<string, unknown>) => void, RegExp]>([
    ['another format', (m) => Object.assign(m, { format: 'x' }), /not a manifest of this version/],
    ['no hashes', (m) => Object.assign(m, { tables: { flows: "'; DROP" } }), /tables\.flows: not a SHA-256/],
    [
      'paths out of the folder',
      (m) => Object.assign(m, { outputs: { '../x': '0'.repeat(64) } }),
      /outputs.*not a file name|Invalid key/,
    ],
    ['report options', (m) => Object.assign(m, { report: { host: { a: 1 } } }), /report/],
  ])('is refused for %s', (_, change, error) => {
    const dir = copy((m) => change(m as unknown as Record<string, unknown>));
    expect(() => readManifest(dir)).toThrow(error);
  });

  it('cannot bring SQL in its configuration', async () => {
    const dir = copy((m) => {
      m.provenance.configuration = m.provenance.configuration!.replace(
        /"window":\d+/,
        '"window":"1; DROP TABLE flows"',
      );
      m.provenance.configuration_sha256 = sha256(m.provenance.configuration);
    });
    const result = await check(dir, { rerun: true });
    expect(names(result)).toContain('configuration configuration unreadable');
    expect(result.rerun).toBe('not possible: what goes in differs');
  });
});

describe('compareMaps', () => {
  it('tells changed, missing and added apart', () => {
    expect(
      compareMaps('rule', { a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' }).map((d) => [d.name, d.problem]),
    ).toEqual([
      ['a', 'missing'],
      ['c', 'changed'],
      ['d', 'added'],
    ]);
  });
});
