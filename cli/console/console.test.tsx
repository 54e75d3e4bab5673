import { render } from 'ink-testing-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { detections, fillSmallCase, insert, withCase } from '../../reports/testing/small-case.js';
import { fixture } from '../../test/support/fixtures.js';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { App } from './app.js';
import { sourceOf } from './case-source.js';
import { CaseConsole } from './console.js';
import { painter } from './paint.js';
import { SCREENS } from './screens.js';
import { drive } from './testing/driven.js';
import { width } from './text.js';

const INFECTED = '192.168.50.23';
let office: TestCase;

beforeAll(async () => {
  office = await testCase([fixture('office-zeek-tsv')]);
  await detect(office.store, { ...defaultOptions, homeNet: ['192.168.50.0/24'] });
}, 120_000);
afterAll(() => office.close());

describe('the main screen', () => {
  it('fills the terminal exactly, whatever its size', async () => {
    for (const [columns, rows] of [
      [80, 24],
      [110, 34],
      [250, 70],
      [40, 14],
    ] as const) {
      const lines = (await (await drive(office.store, { columns, rows })).after()).split('\n');
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(width(line), line).toBeLessThanOrEqual(columns);
      for (const line of lines.slice(0, -1)) expect(width(line), line).toBe(columns);
    }
  });
  it('has the worst host first, with what is known of it', async () => {
    const text = await (await drive(office.store)).after();
    expect(text).toMatch(new RegExp(`›!▸ ${INFECTED} .* 1\\.00`));
    expect(text).toContain('names      front-desk');
    expect(text).toMatch(/Beacon from 192\.168\.50\.23/);
    expect(text).toMatch(/→ {2}HTTPS to sync\.telemetry\.test/);
    expect(text).toMatch(/▸↗203\.0\.113\.200/);
  });
  it('opens windows and follows the chosen one', async () => {
    const d = await drive(office.store);
    expect(await d.after('enter', 'j', 'j')).toMatch(/›! {3}2 03-02 09:00/);
    expect(d.state.tree.subject).toMatchObject({ profile: INFECTED, window: '2026-03-02 09:00:00.000000' });
    const text = await d.after();
    expect(text).toContain('Horizontal port scan');
    expect(text).not.toContain('SSH password guessing from');
    expect(await d.after('k', 'k', 'enter')).not.toContain('03-02 09:00 ');
  });
  it('goes round the panes with Tab', async () => {
    const d = await drive(office.store);
    expect(await d.after('tab')).toContain('● Timeline');
    expect(await d.after('tab')).toContain('● Evidence');
    expect(await d.after('tab')).toContain('● Hosts');
  });
  it('finds hosts by name and by address, and only alerted ones', async () => {
    const d = await drive(office.store);
    await d.after('/', ...'FRONT-desk', 'enter');
    expect(d.state.tree.hosts.map((h) => h.profile)).toEqual([INFECTED]);
    await d.after('escape');
    expect(d.state.tree.hosts.length).toBeGreaterThan(5);
    await d.after('/', ...'zzz', 'enter');
    expect(await d.after()).toContain('no host');
    await d.after('escape', 'f');
    expect(d.state.tree.hosts.map((h) => h.alerts > 0)).toEqual([true]);
    await d.after('f', 'S');
    expect(d.state.tree.hosts.map((h) => h.profile).slice(0, 2)).toEqual(['::', '0.0.0.0']);
  });
});

describe('screens', () => {
  it.each(SCREENS.map((s) => [s.key, s.name] as const))('%s shows %s and Escape leaves it', async (key, name) => {
    const d = await drive(office.store);
    const text = await d.after(key);
    expect(text).toContain(name);
    expect(text).not.toContain('reading…');
    expect(text.split('\n')).toHaveLength(34);
    if (key !== 'y') expect(text.split('\n').filter((l) => /│[› ] /.test(l)).length, text).toBeGreaterThan(1);
    expect(await d.after('escape')).toContain('● Hosts');
  });
  it('leads from a finding to its flows and to its explanation', async () => {
    const d = await drive(office.store);
    await d.after('tab', 'tab', '/', ...'horizontal', 'enter');
    const flows = await d.after('enter');
    expect(flows).toContain('Flows · ');
    expect(flows).toContain(`${INFECTED}:`);
    const why = await d.after('escape', 'x');
    expect(why).toContain('Horizontal port scan');
    expect(why).toMatch(/Rule/);
    expect(await d.after('G')).not.toBe(why);
  });
  it('filters rows and takes the filter away', async () => {
    const d = await drive(office.store);
    const all = await d.after('z');
    const some = await d.after('/', ...'critical', 'enter');
    expect(some.match(/ critical /g)!.length).toBeGreaterThan(0);
    expect(some).not.toMatch(/ medium /);
    expect(await d.after('escape')).toBe(all);
  });
  it('copies what a row is about', async () => {
    const d = await drive(office.store);
    expect(await d.after('c')).toContain(`copied ${INFECTED}`);
    await d.after('d', 'c');
    expect(d.copied).toEqual([INFECTED, expect.stringMatching(/^[0-9.]+$/)]);
  });
  it('copies what all rows of a table are about, each once', async () => {
    const d = await drive(office.store);
    expect(await d.after('C')).toMatch(/copied \d+ lines/);
    await d.after('p', 'C', 'escape', 'z', 'C');
    const lists = d.copied.map((t) => t.split('\n'));
    expect(lists[0]).toContain(INFECTED);
    expect(lists.at(-1)).toContain('203.0.113.66');
    for (const list of lists) expect(new Set(list).size).toBe(list.length);
  });
  it('draws the flows of a window in its eighths', async () => {
    const d = await drive(office.store, { columns: 160, rows: 40 });
    expect(await d.after('enter')).toMatch(/2 03-02 09:00 +\d+ [▁-█ ]*[▁-█]+ +1\.00/);
  });
  it('names the feeds that list a destination, where one is listed', async () => {
    await withCase(async (store) => {
      await fillSmallCase(store.db);
      await insert(store.db, 'pairs', [
        { profile: '10.0.0.5', site: '', kind: 'ip', dst: '198.51.100.9', connections: 3, bytes: 9, score: 0.8 },
      ]);
      expect(await (await drive(store, { columns: 140 })).after('b')).not.toContain('listed by');
      await store.db.run("UPDATE pairs SET intel_feeds = 'our list'");
      expect(await (await drive(store, { columns: 140 })).after('b')).toMatch(
        /listed by[\s\S]*198\.51\.100\.9.*our list/,
      );
    });
  });
  it('says what VirusTotal said, and not what it cannot read', async () => {
    const answer = {
      status: 'found',
      malicious: 3,
      engines: 90,
      score: 3.333333,
      suspicious: 0,
      analysed: null,
      reputation: null,
      label: null,
      related: { url: { malicious: 1, engines: 8, score: 12.5 }, com_file: null },
    };
    await withCase(async (store) => {
      await fillSmallCase(store.db);
      const told = (subject: string, text: string): Promise<void> =>
        store.db.run("INSERT INTO lookups VALUES ('virustotal-address', $subject, $text, '')", { subject, text });
      await told('10.0.0.5', JSON.stringify(answer));
      await told('198.51.100.9', '{"status":"found"}');
      const d = await drive(store);
      expect(await d.after()).toContain('VirusTotal 3/90 engines · url 12.50');
      expect(await d.after('j')).not.toContain('VirusTotal');
    });
  });
  it('shows every key in the help, and quits', async () => {
    const d = await drive(office.store);
    const help = await d.after('h');
    for (const s of SCREENS) expect(help).toContain(s.help);
    await d.after('q');
    expect(d.left()).toBe(true);
  });
  it('says what went wrong instead of dying', async () => {
    await withCase(async (store) => {
      await fillSmallCase(store.db);
      const d = await drive(store);
      await store.db.run('DROP TABLE pairs');
      expect(await d.after('b')).toMatch(/pairs.*does not exist/);
    });
  });
});

it('takes another state of the case in its stride: places, filters and open windows stay', async () => {
  await withCase(async (before) => {
    await fillSmallCase(before.db);
    const d = await drive(before);
    await d.after('enter', 'j', 'j', 'k', 'tab', 'tab');
    const { subject } = d.state.tree;
    await withCase(async (after) => {
      await fillSmallCase(after.db);
      await after.db.run('UPDATE profiles SET flows = 77 WHERE tw = 1');
      await after.db.run("UPDATE evidence SET description = 'Grown finding'");
      let tries = 0;
      const exchanged = d.state.exchange(async () => {
        if (tries++ === 0) throw new Error('not there yet');
        return sourceOf(after);
      });
      // Asked for meanwhile: waits for the new state.
      d.state.key('z');
      await exchanged;
      expect(await d.after()).toContain('Grown finding');
      expect(d.state.tree.subject).toEqual(subject);
      const main = await d.after('escape');
      expect(main).toMatch(/1 03-02 09:00 +77 /);
      expect(main).toContain('● Evidence');
    });
  });
});

it('keeps the place in a table that is read again while keys move in it', async () => {
  const d = await drive(office.store);
  await d.after('tab', 'tab');
  // The reading that `o` asks for ends after the key.
  d.state.key('o');
  d.state.key('down');
  expect(await d.after()).toMatch(/● Evidence · .* · 2\/\d/);
  // Another host begins at its first finding.
  expect(await d.after('tab', 'j')).not.toMatch(/Evidence · .* · 2\/\d/);
});

it('marks the machine that captured, and an address that it had before', async () => {
  await withCase(async (store) => {
    await fillSmallCase(store.db);
    await store.db.run(
      `INSERT INTO captures BY NAME SELECT captures.* REPLACE (id AS capture_id, began::TIMESTAMP AS first_ts, json_object('addresses', [address]) AS details)
       FROM captures, (VALUES ('c2', '2026-03-01', '198.51.100.9'), ('c3', '2026-03-02', '10.0.0.5')) t(id, began, address)`,
    );
    const text = await (await drive(store, { columns: 160 })).after();
    expect(text).toMatch(/10\.0\.0\.5 \(me\)/);
    expect(text).toMatch(/198\.51\.100\.9 \(old me\)/);
  });
});

it('says when the case holds no host', async () => {
  await withCase(async (store) => expect(await (await drive(store)).after()).toContain('no host'));
});

it('works in ink: keys in, screen out, colour where it is wanted', async () => {
  const state = new CaseConsole(sourceOf(office.store), {
    detections: () => detections,
    copy: () => undefined,
    quit: () => undefined,
    settle: 0,
  });
  const frames: string[] = [];
  const app = render(<App state={state} paint={painter(true)} draw={(lines) => frames.push(lines.join('\n'))} />);
  const shows = async (text: string): Promise<void> => {
    for (let i = 0; i < 1000 && !frames.at(-1)?.includes(text); i++) await new Promise((r) => setTimeout(r, 10));
    expect(frames.at(-1)).toContain(text);
  };
  await state.start();
  await shows(INFECTED);
  expect(frames.at(-1)).toContain('\x1b[');
  app.stdin.write('h');
  await shows('next pane');
  app.unmount();
  // Where CI is set, ink ends with a line of its own.
  expect(app.lastFrame()?.trim()).toBe('');
});
