import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { packageRoot } from '../../cli/package-root.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { recordTables } from '../../ingest/case/schema.js';
import { ingest } from '../../ingest/ingest.js';
import { differingTables } from '../../test/support/compare-cases.js';
import { fixture } from '../../test/support/fixtures.js';
import { tempDir } from '../../test/support/temp-dir.js';
import { fillSmallCase } from '../testing/small-case.js';
import type { ExportedEvidence } from './evidence.js';
import { loadFormats } from './registry.js';
import { MARKER, runExport } from './run-export.js';
import { observable, traffic } from './stix/objects.js';
import { caseTables } from './tables.js';

const folder = tempDir('export');
const resources = { threads: 2, memoryLimit: '1GB' };
const office = join(folder, 'office.duckdb');
const hostile = join(folder, 'hostile.duckdb');

/** What a text of a capture may hold, one attack per kind of reader. */
const ATTACK = '=cmd|\' /C calc\'!A0\t"x"\r\n#fields\t-\u202E\u200B\u0007\\x09,;</script>{{x}}\u2028,(empty)';
const FORMULAS = [
  '=1+1',
  '+1',
  '-1+2',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\uFF1D1',
  '\uFF20a',
  '\uFF0B1',
  '-5',
  '-5.5',
  'plain',
  '9=1',
  ':x',
  'Zz',
  'é',
  '\u{1F600}',
];

beforeAll(async () => {
  const store = await CaseStore.open(office, { mode: 'create', ...resources });
  await ingest(store, [fixture('office-zeek-tsv')]);
  await detect(store, { ...defaultOptions, homeNet: ['192.168.50.0/24', '2001:db8:50::/48'] });
  store.close();
  const bad = await CaseStore.open(hostile, { mode: 'create', ...resources });
  const texts = { host: '10.0.0.5', name: ATTACK, file: ATTACK, description: ATTACK, reason: ATTACK };
  await fillSmallCase(bad.db, texts);
  await bad.db.run(
    "UPDATE evidence SET attacker = $a, attacker_kind = 'domain' WHERE evidence_id = 'e100000000000000'",
    {
      a: ATTACK.replaceAll('\0', ''),
    },
  );
  await bad.db.run(
    'INSERT INTO dns (capture_id, source_id, "row", uid, ts, query, answers, extra) SELECT $c, $s, 1, $a, TIMESTAMP \'2026-03-02\', $a, [$a, $b], json_object($a, $a, $b, 1)',
    { c: 'c1', s: 's1', a: ATTACK, b: '-' },
  );
  await bad.db.run("INSERT INTO other SELECT $c, $s, 1, NULL, TIMESTAMP '2026-03-02', $log, json_object($a, $a)", {
    c: 'c1',
    s: 's1',
    a: ATTACK,
    log: '../../etc/passwd\n',
  });
  for (const [i, text] of FORMULAS.entries()) {
    await bad.db.run('INSERT INTO names VALUES ($n, $t, $n, NULL)', { n: `n${String(i).padStart(2, '0')}`, t: text });
  }
  bad.close();
}, 120_000);

async function run(db: string, name: string, output: string, tlp: string | null = null) {
  const format = (await loadFormats()).find((f) => f.name === name)!;
  return runExport({ db, output, format, options: { tlp }, resources, progress: () => undefined });
}

let outputs = 0;
const output = (name: string): string => join(folder, `out-${++outputs}-${name}`);

async function exported(db: string, name: string, tlp: string | null = null): Promise<string> {
  const path = output(name);
  await run(db, name, path, tlp);
  return path;
}

const open = (path: string, mode: 'create' | 'update' = 'update'): Promise<CaseStore> =>
  CaseStore.open(path, { mode, ...resources });

/** Rows of a table as another reader has to see them. */
async function rowsOf(db: string, sql: string): Promise<Record<string, unknown>[]> {
  const store = await open(db);
  try {
    return await store.db.all(sql);
  } finally {
    store.close();
  }
}

describe('the registry', () => {
  it('is the folder listing', async () => {
    expect((await loadFormats()).map((f) => f.name)).toEqual([
      'arrow',
      'csv',
      'idmef',
      'navigator',
      'parquet',
      'stix',
      'zeek',
      'zeek-json',
    ]);
  });
});

describe('zeek', () => {
  it.each([
    ['zeek', 'office-zeek-tsv', []],
    ['zeek-json', 'office-zeek-tsv', []],
    ['zeek-json', 'office-zeek-json', []],
    ['zeek', 'office-zeek-labelled', []],
    // TSV has no types: fields without a column of their own come back as text. And a TAB, `-` or `(empty)` as a value
    // comes back as Zeek escapes it, which our reader leaves: the fixture has them in two columns.
    [
      'zeek',
      'office-zeek-json',
      [...recordTables.map((t) => (t === 'other' ? 'other.record' : `${t}.extra`)), 'http.uri', 'http.user_agent'],
    ],
  ])(
    '%s of %s reads back as the same tables',
    async (format, source, ignore) => {
      const from = join(folder, `from-${++outputs}.duckdb`);
      const store = await open(from, 'create');
      await ingest(store, [fixture(source)]);
      store.close();
      const logs = await exported(from, format);
      const back = await open(join(folder, `back-${outputs}.duckdb`), 'create');
      try {
        await ingest(back, [logs]);
        expect(await differingTables(back.db, from, ignore)).toEqual({});
        expect(await back.db.number('SELECT count(*) FROM rejects')).toBe(0);
        const fields = 'SELECT tbl, field FROM source_fields ORDER BY ALL';
        expect(await back.db.all(fields)).toEqual(await rowsOf(from, fields));
        expect(await back.db.number('SELECT count(*) FROM flows')).toBeGreaterThan(400);
      } finally {
        back.close();
      }
    },
    60_000,
  );

  it('gives hostile text no way out of its cell or file', async () => {
    const tsv = await exported(hostile, 'zeek');
    expect(readdirSync(tsv).sort()).toEqual(['______etc_passwd_.log', 'conn.log', 'dns.log', MARKER].sort());
    const lines = readFileSync(join(tsv, 'dns.log'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(8);
    expect(lines.slice(0, 7).every((l) => l.startsWith('#'))).toBe(true);
    const width = lines[5]!.split('\t').length;
    // The header has one cell more: `#fields`.
    expect(lines[7]!.split('\t').length).toBe(width - 1);
    const json = await exported(hostile, 'zeek-json');
    const records = readFileSync(join(json, 'dns.log'), 'utf8').trimEnd().split('\n');
    expect(records.length).toBe(1);
    expect(JSON.parse(records[0]!)).toMatchObject({ _path: 'dns', query: ATTACK, answers: [ATTACK, '-'] });
  });

  it('writes sources into folders of their own', async () => {
    const two = join(folder, 'two.duckdb');
    const store = await open(two, 'create');
    await ingest(store, [fixture('office-zeek-tsv', 'conn.log')]);
    await ingest(store, [fixture('office-argus', 'office.binetflow')]);
    store.close();
    const path = output('two');
    const summary = await run(two, 'zeek', path);
    expect(readdirSync(path).sort()).toEqual([MARKER, 'source-1', 'source-2']);
    expect(summary.leftOut.join()).toMatch(/outcome and direction of \d+ flows/);
  });
});

describe('the order of a table', () => {
  it('is total', async () => {
    for (const { name, order } of caseTables()) {
      const [row] = await rowsOf(
        office,
        `SELECT count(*)::INTEGER AS all_rows, count(DISTINCT (${order}))::INTEGER AS places FROM main.${name}`,
      );
      expect(row, name).toEqual({ all_rows: row!.places, places: row!.places });
    }
    const filled = await rowsOf(
      office,
      'SELECT (SELECT count(*) FROM letters) * (SELECT count(*) FROM pairs) > 0 AS some',
    );
    expect(filled).toEqual([{ some: true }]);
  });
});

describe('csv', () => {
  it('has a file per table and guards formulas', async () => {
    const path = await exported(hostile, 'csv');
    expect(readdirSync(path).filter((f) => f.endsWith('.csv')).length).toBe(caseTables().length);
    const names = readFileSync(join(path, 'names.csv'), 'utf8');
    const cells = [...names.matchAll(/^n\d\d,("(?:[^"]|"")*"|[^,]*),/gm)].map((m) =>
      m[1]!.startsWith('"') ? m[1]!.slice(1, -1).replaceAll('""', '"') : m[1]!,
    );
    expect(cells).toEqual(FORMULAS.map((f, i) => (i < FORMULAS.indexOf('-5') ? `'${f}` : f)));
    const findings = readFileSync(join(path, 'evidence.csv'), 'utf8');
    expect(findings).toContain(`"'=cmd|`);
    expect(findings).not.toMatch(/(^|,)"?=cmd/m);
  });
});

describe('parquet', () => {
  it('is read by another reader, value for value, partitioned by day', async () => {
    const path = await exported(office, 'parquet');
    for (const table of ['dns', 'evidence', 'profiles']) {
      const parts = readdirSync(join(path, table)).sort();
      expect(parts).toEqual(table === 'profiles' ? ['data.parquet'] : ['day=2026-03-02']);
      const file = await asyncBufferFromFile(
        table === 'profiles' ? join(path, table, parts[0]!) : join(path, table, parts[0]!, 'data.parquet'),
      );
      const rows = (await parquetReadObjects({ file })) as Record<string, unknown>[];
      const { columns, order } = caseTables().find((t) => t.name === table)!;
      const own = await rowsOf(
        office,
        `SELECT ${columns.map((c) => (c.type === 'TIMESTAMP' ? `epoch_ms("${c.name}") AS "${c.name}"` : `"${c.name}"`)).join(', ')} FROM ${table} ORDER BY ${order.replaceAll(/\w+/g, (w) => `${table}.${w}`).replaceAll(/"(\w+)\.(\w+)"/g, '$1."$2"')}`,
      );
      expect(rows.map(plain)).toEqual(own.map(plain));
    }
  });

  it('keeps rows without a time, and tables without rows', async () => {
    const path = await exported(hostile, 'parquet');
    expect(readdirSync(join(path, 'software'))).toEqual(['data.parquet']);
    const file = await asyncBufferFromFile(join(path, 'names', 'data.parquet'));
    const rows = (await parquetReadObjects({ file })) as { name: string }[];
    expect(rows.map((r) => r.name)).toContain(ATTACK);
  });

  it('has the same bytes at any number of threads', async () => {
    const format = (await loadFormats()).find((f) => f.name === 'parquet')!;
    const one = output('one');
    await runExport({
      db: office,
      output: one,
      format,
      options: { tlp: null },
      resources: { threads: 1, memoryLimit: '512MB' },
      progress: () => undefined,
    });
    const four = output('four');
    await runExport({
      db: office,
      output: four,
      format,
      options: { tlp: null },
      resources: { threads: 4, memoryLimit: '1GB' },
      progress: () => undefined,
    });
    for (const name of filesBelow(one)) {
      expect(readFileSync(join(one, name)).equals(readFileSync(join(four, name))), name).toBe(true);
    }
  });
});

describe('arrow', () => {
  it("is read by Arrow's own reader, value for value", async () => {
    const path = await exported(office, 'arrow');
    for (const { name, columns, order } of caseTables()) {
      const table = tableFromIPC(readFileSync(join(path, `${name}.arrow`)));
      expect(table.schema.fields.map((f) => f.name)).toEqual(columns.map((c) => c.name));
      const own = await rowsOf(
        office,
        `SELECT ${columns.map((c) => (c.type === 'TIMESTAMP' ? `epoch_us("${c.name}") / 1000.0 AS "${c.name}"` : c.type === 'BLOB' ? `hex("${c.name}") AS "${c.name}"` : `"${c.name}"`)).join(', ')} FROM (SELECT * FROM ${name} ORDER BY ${order})`,
      );
      expect(table.toArray().map((r) => plain(r.toJSON()))).toEqual(own.map(plain));
    }
  });

  it('keeps microseconds and hostile text', async () => {
    const path = await exported(hostile, 'arrow');
    const table = tableFromIPC(readFileSync(join(path, 'evidence.arrow')));
    const column = table.getChild('ts')!;
    expect(column.data[0]!.values[0]).toBe(1772442300250000n);
    expect(table.getChild('description')!.get(0)).toBe(ATTACK);
  });

  it('goes on past the first batch', async () => {
    const many = join(folder, 'many.duckdb');
    const store = await open(many, 'create');
    await store.db.run("INSERT INTO evidence_flows SELECT 'e', i FROM range(100000) t(i)");
    store.close();
    const table = tableFromIPC(readFileSync(join(await exported(many, 'arrow'), 'evidence_flows.arrow')));
    expect(table.numRows).toBe(100_000);
    expect(table.batches.length).toBeGreaterThan(2);
    expect(table.getChild('flow_id')!.get(99_999)).toBe(99_999n);
  });
});

interface Stix {
  readonly objects: readonly (Record<string, unknown> & { id: string; type: string })[];
}

describe('stix', () => {
  const required: Readonly<Record<string, readonly string[]>> = {
    'observed-data': ['created', 'modified', 'first_observed', 'last_observed', 'number_observed', 'object_refs'],
    indicator: ['created', 'modified', 'pattern', 'pattern_type', 'valid_from'],
    relationship: ['created', 'modified', 'relationship_type', 'source_ref', 'target_ref'],
    grouping: ['created', 'modified', 'context', 'object_refs'],
    'attack-pattern': ['created', 'modified', 'name'],
    identity: ['created', 'modified', 'name'],
    'ipv4-addr': ['value'],
    'ipv6-addr': ['value'],
    'domain-name': ['value'],
    'network-traffic': ['protocols'],
    'marking-definition': ['created'],
  };

  it.each([
    ['office', office],
    ['hostile', hostile],
  ])('of the %s case has what the standard requires, and every reference is there', async (_, db) => {
    const { objects } = JSON.parse(readFileSync(await exported(db, 'stix', 'AMBER+STRICT'), 'utf8')) as Stix;
    const ids = new Set(objects.map((o) => o.id));
    expect(ids.size).toBe(objects.length);
    for (const o of objects) {
      expect(o.spec_version).toBe('2.1');
      expect(required[o.type], o.type).toBeDefined();
      for (const key of required[o.type]!) expect(o[key], `${o.type} ${key}`).toBeDefined();
      if (o.type !== 'marking-definition') {
        expect(o.id).toMatch(/^[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(o.object_marking_refs).toEqual(['marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003']);
      }
      for (const [key, value] of Object.entries(o)) {
        const refs = key.endsWith('_refs') ? (value as string[]) : key.endsWith('_ref') ? [value as string] : [];
        for (const ref of refs) expect(ids.has(ref), `${o.id} ${key}`).toBe(true);
      }
    }
    for (const type of ['observed-data', 'grouping', 'attack-pattern']) {
      expect(
        objects.some((o) => o.type === type),
        type,
      ).toBe(true);
    }
  });

  it('has ids that are the same each time, and other ones in another case', async () => {
    const first = readFileSync(await exported(office, 'stix'), 'utf8');
    expect(readFileSync(await exported(office, 'stix'), 'utf8')).toBe(first);
    const ids = (text: string): string[] =>
      (JSON.parse(text) as Stix).objects.filter((o) => o.type === 'observed-data').map((o) => o.id);
    const other = ids(readFileSync(await exported(hostile, 'stix'), 'utf8'));
    expect(ids(first).filter((id) => other.includes(id))).toEqual([]);
  });

  it('names observables as the standard does', () => {
    // As the reference library (Python's stix2) computes them.
    const ip4 = observable('198.51.100.3', 'ip')!;
    const ip6 = observable('2001:db8::1', 'ip')!;
    expect(ip4.id).toBe('ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4');
    expect(ip6.id).toBe('ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26');
    expect(traffic({ port: 443, proto: 'tcp' } as ExportedEvidence, ip4, ip6)!.id).toBe(
      'network-traffic--9e6f1d19-76c2-537b-9d9d-80dccdb908bd',
    );
  });

  // Where test/setup puts it, else the one of the system.
  const own = join(packageRoot, 'node_modules', '.cache', 'stix2-validator', 'bin', 'stix2_validator');
  const validator = process.env.STIX2_VALIDATOR ?? (existsSync(own) ? own : 'stix2_validator');
  const installed = spawnSync(validator, ['--help'], { encoding: 'utf8' }).status === 0;
  it.skipIf(!installed)(
    'is valid by the OASIS schemas (skipped without stix2-validator, which test/setup installs where pip can)',
    async () => {
      for (const db of [office, hostile]) {
        const path = `${output('bundle')}.json`;
        await run(db, 'stix', path, 'AMBER');
        const check = spawnSync(validator, ['--version=2.1', path], { encoding: 'utf8' });
        expect(check.stdout).not.toMatch(/\[X\]/);
        expect(check.status, check.stdout).toBe(0);
      }
    },
    60_000,
  );
});

describe('idmef', () => {
  it('has an Event per finding and an Incident per alert that names them', async () => {
    const path = await exported(office, 'idmef');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const messages = lines.map((l) => JSON.parse(l) as Record<string, unknown>);
    const [{ evidence, alerts }] = (await rowsOf(
      office,
      'SELECT (SELECT count(*) FROM evidence)::INTEGER AS evidence, (SELECT count(*) FROM alerts)::INTEGER AS alerts',
    )) as [{ evidence: number; alerts: number }];
    const events = messages.filter((m) => m.Status === 'Event');
    const incidents = messages.filter((m) => m.Status === 'Incident');
    expect([events.length, incidents.length]).toEqual([evidence, alerts]);
    const ids = new Set(events.map((e) => e.ID));
    for (const i of incidents) for (const id of i.CorrelID as string[]) expect(ids.has(id)).toBe(true);
    for (const e of events) {
      expect(e).toMatchObject({ Version: '2.0.3', Analyzer: { Name: 'slipstream', Category: ['NIDS'] } });
      expect(['Info', 'Low', 'Medium', 'High']).toContain(e.Severity);
      expect(e.StartTime).toMatch(/^2026-03-02T.*\+00:00$/);
      expect(JSON.parse(e.Note as string)).toMatchObject({ threat_level: expect.any(String), uids: expect.any(Array) });
    }
    expect(readFileSync(await exported(office, 'idmef'), 'utf8')).toBe(lines.join('\n').concat('\n'));
  });
  it('keeps hostile text inside its string', async () => {
    const text = readFileSync(await exported(hostile, 'idmef'), 'utf8');
    expect(text.trimEnd().split('\n').length).toBe(6);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u200b\u202e\u2028]/);
    expect((JSON.parse(text.split('\n')[0]!) as { Description: string }).Description).toBe(ATTACK);
  });
});

describe('navigator', () => {
  it('scores techniques by their strongest finding', async () => {
    const layer = JSON.parse(readFileSync(await exported(hostile, 'navigator'), 'utf8')) as {
      domain: string;
      techniques: { techniqueID: string; score: number }[];
    };
    expect(layer.domain).toBe('enterprise-attack');
    expect(layer.techniques.map((t) => [t.techniqueID, t.score])).toEqual([
      ['T1046', 80],
      ['T1587.003', 10],
      ['T9999', 10],
    ]);
  });
});

describe('the output', () => {
  it('takes the place of an earlier export of the format only', async () => {
    const path = await exported(office, 'csv');
    writeFileSync(join(path, 'left.csv'), 'of before');
    await run(hostile, 'csv', path);
    expect(existsSync(join(path, 'left.csv'))).toBe(false);
    await expect(run(office, 'parquet', path)).rejects.toThrow(/no parquet export; nothing was written/);
    await expect(run(office, 'stix', path)).rejects.toThrow(/stix makes a file, and a folder is there/);
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'thesis.txt'), 'precious');
    await expect(run(office, 'csv', mine)).rejects.toThrow(/no csv export/);
    const file = join(folder, 'notes.json');
    writeFileSync(file, '{"type":"bundle"}');
    for (const format of ['stix', 'idmef', 'navigator']) {
      await expect(run(office, format, file)).rejects.toThrow(new RegExp(`no ${format} export`));
    }
    expect(readFileSync(file, 'utf8')).toBe('{"type":"bundle"}');
    expect(readdirSync(mine)).toEqual(['thesis.txt']);
    for (const format of ['stix', 'idmef', 'navigator']) {
      const again = await exported(office, format);
      await run(hostile, format, again);
      expect(readFileSync(again, 'utf8').length).toBeGreaterThan(100);
    }
  });

  it('leaves nothing behind when it fails', async () => {
    const nowhere = join(folder, 'nowhere.duckdb');
    const before = readdirSync(folder).length;
    await expect(run(nowhere, 'csv', join(folder, 'never'))).rejects.toThrow(/no such case/);
    expect(readdirSync(folder).length).toBe(before);
  });
});

function filesBelow(path: string, prefix = ''): string[] {
  return readdirSync(join(path, prefix), { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? filesBelow(path, join(prefix, e.name)) : [join(prefix, e.name)],
  );
}

/** Values in one form for all readers: numbers and dates as text, bytes as hex, lists as arrays. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').toUpperCase();
  if (typeof value === 'object' && Symbol.iterator in value) return [...(value as Iterable<unknown>)].map(plain);
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return typeof value === 'boolean' ? value : String(value);
}
