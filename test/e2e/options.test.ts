import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('options');
const db = join(folder, 'case.duckdb');
const INFECTED = '192.168.50.23';

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

function detect(...args: string[]): void {
  const run = cli(['detect', '--db', db, '--home-net', OFFICE, ...args]);
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
}

const one = (sql: string): Record<string, unknown> => query(db, sql)[0]!;

beforeAll(() => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
});

describe('windows', () => {
  it('are aligned to the epoch, hourly by default', () => {
    detect();
    expect(one('SELECT min(tw_start) AS a, max(tw) AS n FROM profiles')).toEqual({
      a: '2026-03-02T08:00:00.000000Z',
      n: 5,
    });
  });
  it('follow --window', () => {
    detect('--window', '15m');
    expect(one('SELECT count(*) AS n FROM profiles WHERE extract(minute FROM tw_start) NOT IN (0, 15, 30, 45)').n).toBe(
      0,
    );
    expect(Number(one('SELECT max(tw) AS n FROM profiles').n)).toBeGreaterThan(10);
  });
  it('can begin at the first flow', () => {
    detect('--window-origin', 'first');
    expect(one('SELECT min(tw_start) = (SELECT min(ts) FROM flows) AS same FROM profiles').same).toBe(true);
  });
  it('can be one', () => {
    detect('--window', 'one');
    expect(
      one(
        'SELECT count(DISTINCT tw_start) AS n, max(tw) AS tw, min(tw_end) > (SELECT max(ts) FROM flows) AS over FROM profiles',
      ),
    ).toEqual({
      n: 1,
      tw: 1,
      over: true,
    });
    expect(one('SELECT count(*) AS n FROM alerts').n).toBe(1);
  });
});

describe('profiles', () => {
  it('are of originators, and of responders with --direction all', () => {
    detect();
    const out = Number(one('SELECT count(DISTINCT profile) AS n FROM profiles WHERE flows > 0').n);
    expect(out).toBe(Number(one('SELECT count(DISTINCT orig_h) AS n FROM flows').n));
    detect('--direction', 'all');
    const all = one(
      'SELECT count(DISTINCT profile) AS n, sum(server_flows)::BIGINT AS s, sum(flows)::BIGINT AS f FROM profiles',
    );
    expect(all.n).toBe(one('SELECT count(*) AS n FROM (SELECT orig_h FROM flows UNION SELECT resp_h FROM flows)').n);
    expect(all.s).toBe(all.f);
  });
  it('add up to the flows', () => {
    detect();
    expect(one('SELECT sum(flows)::BIGINT AS f, sum(bytes_sent)::BIGINT AS s FROM profiles')).toEqual(
      one('SELECT count(*) AS f, sum(orig_size)::BIGINT AS s FROM flows'),
    );
  });
  it('know what is local', () => {
    detect();
    expect(one("SELECT is_local FROM addresses WHERE address = '2001:db8:50::21'").is_local).toBe(true);
    expect(one("SELECT is_local FROM addresses WHERE address = '203.0.113.66'").is_local).toBe(false);
  });
});

describe('whitelists', () => {
  const evidence = (): unknown =>
    one(`SELECT count(*) AS n, count(*) FILTER (counts) AS counting FROM evidence WHERE profile = '${INFECTED}'`);
  it('suppress evidence by address, with the reason', () => {
    detect();
    const before = evidence() as { n: number; counting: number };
    detect('--whitelist', write('wl.csv', `# own scanner\nip,${INFECTED},src,alerts\n`));
    const after = evidence() as { n: number; counting: number };
    expect(after.n).toBe(before.n);
    expect(after.counting).toBeLessThan(before.counting);
    expect(one('SELECT count(*) AS n FROM alerts').n).toBe(0);
    expect(one('SELECT rule, reason FROM suppressed LIMIT 1')).toEqual({
      rule: `ip,${INFECTED},src,alerts`,
      reason: `${INFECTED} is whitelisted`,
    });
  });
  it('ignore flows of a network and of a domain below a name', () => {
    detect('--whitelist', write('wl2.csv', 'network,192.168.50.23/32,both,flows\n'));
    expect(one(`SELECT count(*) AS n FROM profiles WHERE flows > 0 AND profile = '${INFECTED}'`).n).toBe(0);
    const name = String(
      one(
        "SELECT server_name AS n FROM ssl WHERE regexp_full_match(server_name, '[a-z.]+[.]example') ORDER BY 1 LIMIT 1",
      ).n,
    );
    const below = name.split('.').slice(-2).join('.');
    const flows = Number(one('SELECT sum(flows)::BIGINT AS n FROM profiles').n);
    detect('--whitelist', write('wl3.csv', `domain,${below},both,flows\n`));
    detect();
    expect(flows).toBeLessThan(Number(one('SELECT sum(flows)::BIGINT AS n FROM profiles').n));
  });
  it('say where they are wrong', () => {
    const run = cli([
      'detect',
      '--db',
      db,
      '--whitelist',
      write('bad.csv', 'ip,10.0.0.1,both,alerts\nip,not-an-address,both,alerts\n'),
    ]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/bad\.csv:2:1: "not-an-address" is no address/);
  });
});

describe('configuration', () => {
  it.each([
    ['windw: 1h\n', /c\.yaml:1:1: windw: unknown key/],
    ['window: 1h\nhome_net: [10.0.0.0/8, x]\n', /c\.yaml:2:\d+: home_net/],
    ['window: sometimes\n', /c\.yaml:1:1: window: expected one/],
    ['window: [1h\n', /c\.yaml:\d+:\d+:/],
    ['detections:\n  horizontal-port-scan: { min_host: 3 }\n', /min_host: no such parameter/],
    ['detections:\n  horizontal-port-scan: { min_hosts: many }\n', /min_hosts: expected a number/],
    ['disable: [no-such-thing]\n', /no detection or module "no-such-thing"/],
  ])('%j is refused', (text, message) => {
    const run = cli(['detect', '--db', db, '--config', write('c.yaml', text)]);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(2);
  });
  it('changes parameters and levels, and says so', () => {
    detect('--config', write('ok.yaml', 'detections:\n  multiple-reconnections: { threat_level: high }\n'));
    expect(
      one("SELECT parameters FROM detection_runs WHERE detection = 'multiple-reconnections'").parameters,
    ).toBeDefined();
  });
  it('disables detections', () => {
    detect('--disable', 'horizontal-port-scan,vertical-port-scan');
    const runs = "SELECT detection, status FROM detection_runs WHERE detection LIKE '%-port-scan' ORDER BY 1";
    expect(query(db, runs)).toEqual([
      { detection: 'horizontal-port-scan', status: 'disabled' },
      { detection: 'slow-port-scan', status: 'ran' },
      { detection: 'vertical-port-scan', status: 'disabled' },
    ]);
  });
});

describe('detections of your own', () => {
  it('are made, tested and run', () => {
    const rules = join(folder, 'rules');
    mkdirSync(rules);
    expect(cli(['detections', 'new', 'big-upload', '--dir', rules]).code).toBe(0);
    expect(cli(['detections', 'test', join(rules, 'big-upload')]).stdout).toContain('3 passed, 0 failed');
    const config = write('own.yaml', 'detections:\n  paths: [rules]\n  big-upload: { min_bytes: 1000 }\n');
    detect('--config', config);
    expect(Number(one("SELECT findings AS n FROM detection_runs WHERE detection = 'big-upload'").n)).toBeGreaterThan(0);
    expect(cli(['detections', 'list', '--config', config]).stdout).toContain('big-upload');
    const page = join(folder, 'own.html');
    expect(cli(['report', '--db', db, '-o', page, '--config', config]).code).toBe(0);
    const plain = join(folder, 'plain.html');
    expect(cli(['report', '--db', db, '-o', plain]).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('Big upload');
    expect(readFileSync(plain, 'utf8')).not.toContain('Big upload');
  });
  it('do not spoil the rest when they are broken', () => {
    const rules = join(folder, 'broken');
    mkdirSync(rules);
    cli(['detections', 'new', 'broken-rule', '--dir', rules]);
    writeFileSync(join(rules, 'broken-rule', 'detection.sql'), 'SELECT nothing FROM nowhere WHERE $min_bytes');
    const run = cli([
      'detect',
      '--db',
      db,
      '--home-net',
      OFFICE,
      '--config',
      write('broken.yaml', 'detections: { paths: [broken] }\n'),
    ]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/warning: detection broken-rule failed: .*nowhere/);
    expect(one("SELECT status FROM detection_runs WHERE detection = 'broken-rule'").status).toBe('failed');
    expect(Number(one('SELECT count(*) AS n FROM alerts').n)).toBeGreaterThan(0);
  });
});

describe('label', () => {
  it('by condition, host list and file', () => {
    const by = (...args: string[]): number => {
      const run = cli(['label', '--db', db, '--json', ...args]);
      expect(run.code, run.stderr).toBe(0);
      return (JSON.parse(run.stdout) as { labelled: number }).labelled;
    };
    expect(by('--where', "resp_h = '203.0.113.66'", '--as', 'malicious')).toBe(
      Number(one("SELECT count(*) AS n FROM flows WHERE resp_h = '203.0.113.66'").n),
    );
    expect(by('--hosts', write('hosts.csv', `host,label\n192.168.50.21,benign\n`))).toBeGreaterThan(10);
    const uid = String(one('SELECT uid FROM flows ORDER BY flow_id LIMIT 1').uid);
    expect(by('--file', write('labels.csv', `uid,label,detailed_label\n${uid},Malicious,C&C\nCnone,Benign,\n`))).toBe(
      1,
    );
    expect(one(`SELECT class, detailed_label FROM flows_labelled WHERE uid = '${uid}'`)).toEqual({
      class: 'malicious',
      detailed_label: 'C&C',
    });
  });
  it('says what is wrong', () => {
    expect(cli(['label', '--db', db]).code).toBe(2);
    expect(cli(['label', '--db', db, '--where', 'nonsense ===', '--as', 'benign']).stderr).toMatch(/--where:/);
    expect(cli(['label', '--db', db, '--file', write('no.csv', 'a,b\n1,2\n')]).stderr).toMatch(/no column uid, label/);
  });
});

describe('sites', () => {
  it('keep equal private networks apart', () => {
    const two = join(folder, 'two.duckdb');
    expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', two, '--site', 'berlin']).code).toBe(0);
    expect(cli(['ingest', fixture('office-zeek-json'), '--db', two, '--site', 'paris']).code).toBe(0);
    expect(cli(['detect', '--db', two, '--home-net', OFFICE]).code).toBe(0);
    const rows = query<{ site: string; n: number }>(
      two,
      `SELECT site, count(*) AS n FROM alerts WHERE profile = '${INFECTED}' GROUP BY site ORDER BY site`,
    );
    expect(rows).toEqual([
      { site: 'berlin', n: 2 },
      { site: 'paris', n: 2 },
    ]);
    expect(query(two, 'SELECT count(*) - count(DISTINCT evidence_id) AS n FROM evidence')).toEqual([{ n: 0 }]);
  });
});
