import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { fillSmallCase, insert } from '../../reports/testing/small-case.js';
import { SCREENS } from './screens.js';
import { drive } from './testing/driven.js';
import { width } from './text.js';

/** What terminals obey: erasing, a title, the clipboard, a link, a device string, the same by C1, turned text, lines, a bell. */
const ATTACKS = [
  '\x1b[2J',
  '\x1b]0;t\x07',
  '\x1b]52;c;cm0=\x07',
  '\x1b]8;;http://a\x1b\\',
  '\x1bP+q\x1b\\',
  '\x1b_G\x1b\\',
  '\x1bc',
  '\x9b2J',
  '\x9d0;t\x9c',
  '\x90q\x9c',
  '\u202e\u2066\u200f\u061c',
  '\u200b\u00ad\ufeff\u{e0041}',
  '\r\n\x0b\x0c\x08\x07\x7f',
];
const ATTACK = `A${ATTACKS.join('')}B`;
/** Anything but the lines of the screen that is no printable character. */
const OBEYED =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u;
/** The console's own colours. */
const COLOURS = /\x1b\[[0-9;]*m/g;

/** Texts that a screen shows, in every column that a capture, a feed or the maker of a case file fills. */
async function fillHostile(db: Database): Promise<void> {
  await fillSmallCase(db, { host: '10.0.0.5', name: ATTACK, file: ATTACK, description: ATTACK, reason: ATTACK });
  // What joins rows or says which host they are of stays.
  const keys = new Set([
    'source_id',
    'capture_id',
    'profile',
    'site',
    'address',
    'orig_h',
    'resp_h',
    'dst',
    'direction',
    'kind',
  ]);
  const columns = await db.all<{ table_name: string; column_name: string }>(
    `SELECT table_name, column_name FROM duckdb_columns()
     WHERE table_name IN ('flows', 'addresses', 'evidence', 'letters') AND data_type = 'VARCHAR' ORDER BY ALL`,
  );
  for (const { table_name: table, column_name: name } of columns.filter((c) => !keys.has(c.column_name)))
    await db.run(`UPDATE ${table} SET "${name}" = $text || coalesce("${name}", '')`, { text: ATTACK });
  await db.run('UPDATE evidence_flows SET evidence_id = (SELECT min(evidence_id) FROM evidence)');
  await db.run('UPDATE flows SET resp_h = $text WHERE flow_id < 4', { text: ATTACK });
  await db.run('UPDATE letters SET dst = $text', { text: ATTACK });
  await insert(db, 'addresses', [{ address: ATTACK, is_local: true, is_private: true, scope: ATTACK, as_org: ATTACK }]);
  await insert(db, 'names', [
    { address: ATTACK, name: ATTACK, origin: 'sni' },
    { address: ATTACK, name: `${ATTACK}.example`, origin: 'dns' },
  ]);
  await insert(db, 'pairs', [
    {
      profile: '10.0.0.5',
      site: '',
      kind: 'sni',
      dst: ATTACK,
      connections: 3,
      bytes: 9,
      score: 0.9,
      severity: ATTACK,
      intel_feeds: ATTACK,
    },
  ]);
  await db.run('INSERT INTO profiles SELECT * REPLACE ($text AS profile, $text AS site) FROM profiles LIMIT 1', {
    text: ATTACK,
  });
}

let folder: string;
let hostile: CaseStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipstream-hostile-'));
  hostile = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
  await fillHostile(hostile.db);
});
afterAll(async () => {
  await hostile.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Panes and screens by the keys that lead to them from the main screen, and whether the attack's text is on them. */
const PLACES: readonly (readonly [string, readonly string[], boolean])[] = [
  ['hosts, address, timeline, evidence', [], true],
  ['windows', ['enter', 'j'], true],
  ['timeline', ['tab'], true],
  ['evidence', ['tab', 'tab'], true],
  ['flows of a finding', ['tab', 'tab', 'enter'], true],
  ['why', ['x'], true],
  ['an address', ['d', 'enter'], true],
  ['a search', ['/', ...ATTACK], true],
  ['a filter', ['/', ...ATTACK, 'enter'], true],
  ['a filter of rows', ['z', '/', ...ATTACK, 'enter'], true],
  ...SCREENS.map((s) => [s.name, [s.key], 'dtizb'.includes(s.key)] as const),
  ['help', ['h'], false],
];

it.each(PLACES)('%s obeys nothing that the case says', async (_, keys, reached) => {
  for (const columns of [80, 200]) {
    const plain = await (await drive(hostile, { columns, rows: 40 })).after(...keys);
    const coloured = await (await drive(hostile, { columns, rows: 40, colour: true })).after(...keys);
    expect(coloured.replace(COLOURS, '')).toBe(plain);
    expect(plain).not.toMatch(OBEYED);
    if (reached) expect(plain).toContain('A\\x1b[2J');
    const lines = plain.split('\n');
    expect(lines).toHaveLength(40);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
  }
});

it('copies nothing that a shell or a terminal would obey', async () => {
  const d = await drive(hostile);
  await d.after('d', 'c', 'C', 'z', 'c', 'C');
  expect(d.copied).toHaveLength(4);
  expect(d.copied.join('\n')).toContain('A\\x1b[2J');
  for (const text of d.copied) expect(text).not.toMatch(OBEYED);
  expect(d.state.message).not.toMatch(OBEYED);
});

it('says an error without what is hostile in it', async () => {
  const d = await drive(hostile);
  await hostile.db.run(`CREATE OR REPLACE TABLE pairs AS SELECT '${ATTACK}' AS "${ATTACK}"`);
  const said = await d.after('b');
  expect(said).not.toMatch(OBEYED);
  expect(d.state.message).not.toBe('');
});
