import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('lab');
const db = join(folder, 'out', 'case.duckdb');
const ATTACKER = '10.77.0.66';
const VICTIM = '10.77.0.10';

describe('a recording of real programs', () => {
  it('becomes flows, records and findings', () => {
    const run = cli(['analyze', fixture('lab', 'lab.pcap'), '-o', join(folder, 'out'), '--home-net', '10.77.0.0/26']);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    const found = query<{ detection: string; profile: string }>(
      db,
      'SELECT detection, profile FROM evidence ORDER BY ALL',
    );
    for (const detection of ['arp-scan', 'horizontal-port-scan', 'vertical-port-scan', 'password-guessing']) {
      expect(found).toContainEqual({ detection, profile: ATTACKER });
    }
    for (const detection of ['beacon', 'http-beacon']) expect(found).toContainEqual({ detection, profile: VICTIM });
    const alerted = query(db, 'SELECT DISTINCT profile FROM alerts ORDER BY 1');
    expect(alerted).toEqual([{ profile: VICTIM }, { profile: ATTACKER }]);
  });

  it('reads each protocol', () => {
    const one = (sql: string): unknown => query(db, sql)[0];
    expect(one("SELECT count(*) AS n FROM ssh WHERE auth_success = false AND client LIKE 'SSH-2.0-OpenSSH%'")).toEqual({
      n: 30,
    });
    expect(one('SELECT count(DISTINCT ja4) AS n, min(server_name) AS s FROM ssl WHERE ja3 IS NOT NULL')).toEqual({
      n: 1,
      s: 'shop.lab.example',
    });
    expect(one(`SELECT count(*) > 20 AS n FROM http WHERE user_agent = 'updater/1.0' AND status_code = 200`)).toEqual({
      n: true,
    });
    expect(one("SELECT count(*) AS n FROM dns WHERE query = 'lab.example' AND qtype_name = 'TXT'")).toEqual({ n: 4 });
    expect(one('SELECT count(*) > 0 AS n FROM arp')).toEqual({ n: true });
  });

  it('gives back the packets of a finding', () => {
    const id = query<{ id: string }>(
      db,
      "SELECT evidence_id AS id FROM evidence WHERE detection = 'password-guessing'",
    )[0]!.id;
    const cut = join(folder, 'cut.pcap');
    const run = cli(['packets', '--db', db, '--evidence', id, '-o', cut, '--captures', fixture('lab')]);
    expect(run.code, run.stderr).toBe(0);
    const again = join(folder, 'again');
    expect(cli(['analyze', cut, '-o', again]).code).toBe(0);
    expect(
      query(join(again, 'case.duckdb'), 'SELECT count(*) AS n, min(resp_p) AS a, max(resp_p) AS b FROM flows'),
    ).toEqual([{ n: 30, a: 22, b: 22 }]);
  });
});
