import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataSets } from '../analysis/enrich/data-sets.js';
import { asset } from '../cli/package-root.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import { grouped } from './format/numbers.js';
import { LIMITS } from './limits.js';
import { type ReportOptions, renderReport, reportData } from './render.js';
import { detections, fillSmallCase, id, plainTexts, withCase } from './testing/small-case.js';

const golden = asset('test', 'golden', 'report.html');

const render = (store: CaseStore, options: ReportOptions = {}): Promise<string> =>
  renderReport(store, { detections, ...options });

const small = (options: ReportOptions = {}, before?: (store: CaseStore) => Promise<void>): Promise<string> =>
  withCase(async (store) => {
    await fillSmallCase(store.db);
    await before?.(store);
    return render(store, options);
  });

/** Visible words of a part of the page. */
const words = (html: string, section?: string): string => {
  const part = section ? html.slice(html.indexOf(`<section id="${section}"`)).split('</section>')[0]! : html;
  return part
    .replace(/<(style|script)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replace(/\s+/g, ' ');
};

describe('the page', () => {
  it('is the golden file, byte for byte', async () => {
    const html = await small({ title: 'Small case', tlp: 'amber' });
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(dirname(golden), { recursive: true });
      writeFileSync(golden, html);
    }
    expect(existsSync(golden), 'make it with UPDATE_GOLDEN=1').toBe(true);
    expect(html).toBe(readFileSync(golden, 'utf8'));
  });

  it('is the same twice, from another case file, and whatever order the rows came in', async () => {
    const first = await small();
    const shuffled = await small({}, async ({ db }) => {
      for (const table of [
        'evidence',
        'flows',
        'profiles',
        'alerts',
        'rejects',
        'detection_runs',
        'evidence_flows',
        'names',
        'timeline',
        'letters',
      ]) {
        await db.run(`CREATE TEMP TABLE turned AS SELECT *, row_number() OVER () AS nth FROM ${table}`);
        await db.run(`DELETE FROM ${table}`);
        await db.run(`INSERT INTO ${table} SELECT * EXCLUDE (nth) FROM turned ORDER BY nth DESC`);
        await db.run('DROP TABLE turned');
      }
    });
    expect(shuffled).toBe(first);
  });

  it('allows its one style and its one script by hash, and nothing else', async () => {
    const html = await small();
    const sha = (tag: string): string => {
      const found = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
      expect(found).toHaveLength(1);
      return createHash('sha256').update(found[0]![1]!).digest('base64');
    };
    expect(html).toContain(
      `content="default-src &#x27;none&#x27;; style-src &#x27;sha256-${sha('style').replaceAll('=', '&#x3D;')}&#x27;; script-src &#x27;sha256-${sha('script').replaceAll('=', '&#x3D;')}&#x27;; base-uri &#x27;none&#x27;; form-action &#x27;none&#x27;"`,
    );
    expect(html).not.toMatch(/\sstyle=/);
    // The only way out: the links that licences of data ask for, which are ours and wait for a click.
    const out = [...html.matchAll(/(?:src|href)="(?!#)([^"]*)" ?([^>]*)/g)].map((m) => [m[1], m[2]]);
    const sources = Object.values(dataSets).flatMap((d) => d.attribution.map((a) => a.url));
    for (const [url, more] of out) expect([sources.includes(url!), more]).toEqual([true, 'rel="noreferrer noopener"']);
  });

  it('has no link without its target and no id twice', async () => {
    const html = await small();
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((m) => m[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});

describe('what it says', () => {
  it('names the affected host, the outside attacker, and what weakens the verdict', async () => {
    const html = await small();
    const verdict = words(html, 'verdict');
    expect(verdict).toContain('1 local host needs attention');
    expect(verdict).toContain('1 detection could not decide');
    expect(verdict).toContain('1 detection failed');
    expect(verdict).toContain('2 records of the captures could not be read');
    expect(words(html, 'attackers')).toContain('198.51.100.9');
    expect(words(html, 'hosts')).not.toContain('198.51.100.9');
    expect(words(html, 'suppressed')).toContain('printers');
    expect(words(html, 'inputs')).toContain('expected 21 fields, found 20 2 line 4, line 12');
  });

  it('tells findings and alerts in order of time and links each to its evidence', async () => {
    const html = await small();
    const story = html.slice(html.indexOf('<section id="story"')).split('</section>')[0]!;
    const times = [...story.matchAll(/<time>([^<]+)/g)].map((m) => m[1]);
    expect(times).toEqual(['09:05:00', '09:20:00', '09:20:00', '11:02:00', '11:02:00']);
    expect(story).toContain(`href="#e-${id('e1')}"`);
    expect(story).not.toContain(id('e4'));
  });

  it('says what to do, names indicators without making links of them, and gives rules for a firewall', async () => {
    const html = await small({ notes: 'Seen **twice** at https://example.org' });
    expect(words(html, 'actions')).toContain('10.0.0.5 desk-5.example Ask its owner whether the scan was meant');
    expect(words(html, 'actions')).toContain('{ 198.51.100.9 }');
    expect(words(html, 'indicators')).toMatch(/192\[\.\]0\[\.\]2\[\.\]7 address high contacted/);
    expect(words(html, 'indicators')).toMatch(/198\[\.\]51\[\.\]100\[\.\]9 .*attacked/);
    expect(words(html, 'notes')).toContain('Seen twice at https://example.org');
    expect(words(await small(), 'hosts')).toContain('Peers Peer Port Flows Sent Received First Last 192.0.2.7');
  });

  it('maps the countries of the addresses outside', async () => {
    const html = await small({}, async ({ db }) => {
      await db.run(
        "UPDATE addresses SET country = 'DE', asn = 64500, as_org = 'Example Net' WHERE address = '192.0.2.7'",
      );
      await db.run("UPDATE addresses SET country = 'XX' WHERE address = '198.51.100.9'");
    });
    expect(html).toContain('<title>Germany: 8 flows, findings up to high</title>');
    expect(words(html, 'countries')).toContain('Germany DE 1 8');
    expect(words(html, 'countries')).toContain('XX XX 1 1');
    expect(words(html, 'countries')).toContain('Example Net AS64500 · DE 1 8');
    expect(await small()).not.toContain('<section id="countries"');
  });

  it('draws the connections of a channel', async () => {
    const html = await small({}, async ({ db }) => {
      await db.run("UPDATE evidence SET detection = 'beacon' WHERE evidence_id LIKE 'e1%'");
    });
    expect(words(html, 'channels')).toContain('10.0.0.5 to 192.0.2.7 443/tcp high beacon · 4 connections');
    const dots = [...html.matchAll(/<path class="points" d="([^"]*)"/g)].map((m) => m[1]!.match(/M/g)!.length);
    expect(dots).toEqual([3, 4]);
  });

  it("tells a host's story, and the letters of what comes back with the connections drawn", async () => {
    const html = await small({}, async ({ db }) => {
      await db.run('UPDATE flows SET resp_p = 443 WHERE flow_id < 7');
    });
    const hosts = words(html, 'hosts');
    expect(hosts).toContain(
      'flow HTTPS to desk-5.example: no answer (0) not established and 2 more like it until 09:02:00 2026-03-02 09:05:00 finding Port scan',
    );
    expect(hosts).toContain('slipstream timeline --db case.duckdb --profile 10.0.0.5');
    expect(hosts).toContain('192.0.2.7 443/tcp · 5 flows · C&amp;C score 0.25 Letters 88.H.h.H.H.');
    const dots = [...html.matchAll(/<path class="points" d="([^"]*)"/g)].map((m) => m[1]!.match(/M/g)!.length);
    expect(dots).toEqual([6, 7]);
    expect(words(await small(), 'hosts')).toContain('Letters 88.H.h.H.H.');
  });

  it('states how good its models are and what they cannot show, from the card that has the recorded hash', async () => {
    const models = words(await small(), 'models');
    expect(models).toContain('from 0.5 on it is a finding: at most 1 % of the benign flows pass');
    expect(models).toContain(
      'held out 4 groups malicious, 6 groups benign 100 40 0.912 0.850 to 0.960 0.700 0.500 to 0.900 not known 0.800',
    );
    expect(models).toContain('What it cannot show It never saw a printer.');
    expect(models).toContain('Here: 1 finding on 1 host');
    const forged = await small({}, ({ db }) =>
      db.run(`UPDATE provenance SET value = replace(value, '0.912345', '0.999') WHERE key = 'model_card.toy'`),
    );
    expect(words(forged, 'models')).toContain('how good it is, is not known');
    expect(await small({}, ({ db }) => db.run('DELETE FROM models_used'))).not.toContain('<section id="models"');
  });

  it('shows what is NULL as not known', async () => {
    const html = await small();
    expect(words(html, 'evidence')).toContain('C0 10.0.0.5:40000 192.0.2.7:440 tcp no_reply not known not known 0 B');
  });

  it('keeps to the host and the time it is asked for', async () => {
    const html = await small({ host: '198.51.100.9' });
    expect(words(html, 'verdict')).toContain('Attacked from outside, no local host raised an alert');
    expect(words(html, 'evidence')).toContain('1 finding');
    const early = await small({ until: '2026-03-02T09:10:00Z' });
    expect(early).toContain(`id="e-${id('e1')}"`);
    expect(early).not.toContain(id('e2'));
  });

  it('refuses options that make no sense', async () => {
    await expect(small({ tlp: 'purple' })).rejects.toThrow('--tlp "purple": one of red, amber+strict');
    await expect(small({ since: '2026-02-30' })).rejects.toThrow('--since "2026-02-30": expected a time in UTC');
    await expect(small({ since: '2026-03-02', until: '2026-03-01' })).rejects.toThrow('--since must be before --until');
  });

  it('names whose data it shows, with the link that the licence asks for and none that a case brings', async () => {
    const provenance = (id: string, name: string): string =>
      `INSERT INTO provenance VALUES ('data.${id}', '${JSON.stringify({ name, version: '1', sha256: 'ab', url: 'https://evil.example' })}')`;
    const html = await small({}, async ({ db }) => {
      await db.run(provenance('asn', dataSets.asn.package));
      await db.run(provenance('country', 'own.mmdb'));
    });
    expect(html).toContain('<a href="https://db-ip.com" rel="noreferrer noopener">IP geolocation by DB-IP</a>');
    expect(html.match(/href="https?:/g)).toHaveLength(dataSets.asn.attribution.length);
    expect(words(html, 'attributions')).toContain('own.mmdb 1 ab your own file');
  });

  it('names the hosts that come near the threshold when none reached it, and what to do', async () => {
    const html = await small({}, async ({ db }) => {
      for (const table of ['alerts', 'alert_evidence']) await db.run(`DELETE FROM ${table}`);
      await db.run("UPDATE profiles SET score = 0.72, alerted = false WHERE profile = '10.0.0.5'");
    });
    expect(html).toContain('data-tone="warning"');
    expect(words(html, 'verdict')).toMatch(
      /No alert, but 1 local host to look at .* 10\.0\.0\.5 .*score 0\.72 · no alert/,
    );
    expect(words(html, 'verdict')).toContain('To do: Not urgent');
    expect(words(html, 'actions')).toContain('10.0.0.5');
  });

  it('gives the same content as data', async () => {
    const data = await withCase(async (store) => {
      await fillSmallCase(store.db);
      return reportData(store, { detections, title: 'Small' });
    });
    const sections = data.sections as Record<string, Record<string, unknown>>;
    expect(data.title).toBe('Small');
    expect(sections.verdict).toMatchObject({ tone: 'alert', headline: '1 local host needs attention' });
    expect((sections.evidence!.evidence as { ts: string }[])[0]!.ts).toBe('2026-03-02T09:05:00.250000Z');
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });
});

describe('cases that are not finished', () => {
  it('says that an empty case holds nothing', async () => {
    const html = await withCase((store) => render(store));
    expect(words(html, 'verdict')).toContain('Nothing to judge');
    expect(html).not.toContain('<section id="timeline"');
    expect(html).not.toContain('<section id="heatmap"');
  });

  it('says that a case without analysis is not analysed, and shows its traffic', async () => {
    const html = await withCase(async (store) => {
      await fillSmallCase(store.db);
      for (const table of [
        'evidence',
        'evidence_flows',
        'alerts',
        'alert_evidence',
        'suppressed',
        'detection_runs',
        'profiles',
        'provenance',
      ])
        await store.db.run(`DELETE FROM ${table}`);
      return render(store);
    });
    expect(words(html, 'verdict')).toContain('Not analysed yet The case holds 8 flows');
    expect(html).toContain('<section id="timeline"');
    expect(words(html, 'evidence')).toContain('Not known');
  });

  it('does not call an unfinished analysis clean', async () => {
    const html = await small({}, async ({ db }) => {
      for (const table of ['evidence', 'alerts', 'alert_evidence', 'suppressed']) await db.run(`DELETE FROM ${table}`);
      await db.run("UPDATE provenance SET value = 'unfinished' WHERE key = 'analysis'");
    });
    expect(words(html, 'verdict')).toContain('The analysis did not finish');
    expect(words(html, 'evidence')).toContain('Not known: the case has no finished analysis');
  });

  it('says so when no alert was raised, and when nothing was found', async () => {
    const below = await small({}, async ({ db }) => {
      for (const table of ['alerts', 'alert_evidence']) await db.run(`DELETE FROM ${table}`);
      await db.run('UPDATE profiles SET score = 0.3');
    });
    expect(words(below, 'verdict')).toContain('No host raised an alert 3 findings stayed below the threshold of 0.85');
    const nothing = await small({}, async ({ db }) => {
      for (const table of ['alerts', 'alert_evidence', 'evidence', 'suppressed']) await db.run(`DELETE FROM ${table}`);
    });
    expect(words(nothing, 'verdict')).toContain('Nothing found 3 detections ran over 8 flows and found nothing');
  });

  it('draws one window over everything, and times that lie decades away are told, not drawn', async () => {
    const html = await small({}, async ({ db }) => {
      await db.run(`UPDATE provenance SET value = '{"window":"one"}' WHERE key = 'configuration'`);
      await db.run("UPDATE profiles SET tw_start = TIMESTAMP '1970-01-01', tw_end = TIMESTAMP '2026-03-02 11:05:00'");
      await db.run("UPDATE flows SET ts = TIMESTAMP '1980-01-01' WHERE flow_id = 6");
    });
    expect(words(html, 'heatmap')).toContain('whole capture');
    expect(words(html, 'timeline')).toContain('1 flow with times more than ten years away from the rest is not drawn');
  });
});

describe('large cases', () => {
  it('stay below 5 MB, show every detection, and count what is left out', async () => {
    const html = await withCase(async (store) => {
      await fillSmallCase(store.db);
      await store.db.run(
        `INSERT INTO evidence SELECT sha256('n' || i)[1:16], 'port-scan', 'tests', TIMESTAMP '2026-03-02 09:00:00' + to_seconds(i), '10.1.' || (i // 250) || '.' || (i % 250), '',
           TIMESTAMP '2026-03-02 09:00:00', 'attacker', true, 'critical', 1, 0.9, i::VARCHAR, '10.1.0.1', 'ip', '192.0.2.7', 'ip', 'tcp', 443, repeat('word ', 200), ['T1046'], NULL
         FROM range(50000) r(i)`,
      );
      await store.db.run(
        `INSERT INTO flows SELECT 8 + i, 'c1', 's1', 9 + i, 'F' || i, TIMESTAMP '2026-03-02 09:00:00' + to_milliseconds(i * 20), 1.5, '10.1.0.1', 40000, '192.0.2.7', 443, 'tcp', 'ssl', 'SF', NULL, 1, 2, 0, 3, 4, 5, 6, 7, 8, true, 'established', 'seen', 'closed', true, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
         FROM range(200000) r(i)`,
      );
      await store.db.run(
        `INSERT INTO evidence_flows SELECT sha256('n' || (i // 4))[1:16], 8 + i FROM range(200000) r(i)`,
      );
      return render(store);
    });
    expect(html.length).toBeLessThan(5_000_000);
    const shown = html.match(/<tbody id="e-/g)!.length;
    expect(shown).toBeGreaterThan(1000);
    expect(shown).toBeLessThanOrEqual(LIMITS.evidence);
    expect(html).toContain(`id="e-${id('e2')}"`);
    expect(words(html, 'evidence')).toContain(
      `50,004 findings, the ${grouped(shown)} strongest of every detection and host shown. The other ${grouped(50_004 - shown)}`,
    );
  });
});

describe('hostile text', () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(2)></style></title>{{constructor}}{{{x}}}\u202Etxt.exe\u200B\x1b[31m\x00\x07 style="x"]]>--><!--`;

  it('is shown, never obeyed', async () => {
    const html = await withCase(async (store) => {
      await fillSmallCase(store.db, { host: attack, name: attack, file: attack, description: attack, reason: attack });
      await store.db.run("UPDATE evidence SET detection = 'beacon' WHERE evidence_id LIKE 'e1%'");
      return render(store, { title: attack, notes: attack, detections: [] });
    });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/<img|<!--/);
    expect(html.match(/<\/style/g)).toHaveLength(1);
    expect(html).not.toMatch(/[\u202a-\u202e\u200b\x00\x07\x1b]/);
    expect(html).toContain('{{constructor}}');
    expect(html).toContain('\\u{202e}txt.exe\\u{200b}\\x1b[31m\\x00\\x07');
  });

  it('leaves the page of ordinary texts alone', async () => {
    expect(await small({ title: 'Größe 漢字 ñ' })).toContain('<h1>Größe 漢字 ñ</h1>');
    expect(plainTexts.description).not.toContain('<');
  });
});
