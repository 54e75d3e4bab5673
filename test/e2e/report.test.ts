import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../reports/render.js';
import { detections, fillSmallCase, id, plainTexts, withCase } from '../../reports/testing/small-case.js';
import { launchChromium } from './chromium.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'slipstream-e2e-'));
const attack = `"'><script>alert(1)</script><img src=x onerror=alert(2)><a href="http://192.0.2.1/x">x</a></style>{{x}}\u202E\x1b[31m`;

let browser: Browser;
const urls: Record<string, string> = {};

beforeAll(async () => {
  browser = await launchChromium();
  urls.small = await page('small', () => Promise.resolve());
  urls.many = await page('many', (db) =>
    db.run(
      `INSERT INTO evidence SELECT printf('%016x', i), 'port-scan', 'tests', TIMESTAMP '2026-03-02 09:00:00' + to_seconds(i), '10.0.1.' || i, '',
         TIMESTAMP '2026-03-02 09:00:00', 'attacker', true, 'medium', 0.5, 0.5, i::VARCHAR, '10.0.1.' || i, 'ip', '192.0.2.7', 'ip', 'tcp', 443, 'Filler ' || i, ['T1046'], NULL
       FROM range(60) r(i)`,
    ),
  );
  const hostile = { host: attack, name: attack, file: attack, description: attack, reason: attack };
  urls.hostile = await page('hostile', () => Promise.resolve(), hostile, attack);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Db = Parameters<typeof fillSmallCase>[0];

/** Renders a case into a file. */
async function page(name: string, more: (db: Db) => Promise<void>, texts = plainTexts, title = name): Promise<string> {
  const html = await withCase(async (store) => {
    await fillSmallCase(store.db, texts);
    await more(store.db);
    return renderReport(store, {
      detections,
      title,
      tlp: 'amber',
      notes: `# Remarks\n\n${title}\n\n| a | b |\n|--:|---|\n| 1 | 2 |`,
    });
  });
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  return pathToFileURL(file).href;
}

interface Opened {
  readonly page: Page;
  readonly messages: string[];
  readonly requests: string[];
}

/** Opens all that can be opened. */
const openAll = (p: Page): Promise<void> =>
  p.evaluate(() => {
    for (const d of document.querySelectorAll('details')) d.open = true;
    for (const b of document.querySelectorAll<HTMLButtonElement>('.toggle')) b.click();
  });

async function open(
  url: string,
  options: { scheme?: 'light' | 'dark'; width?: number; bypassCSP?: boolean } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1300, height: 900 },
    colorScheme: options.scheme ?? 'light',
    bypassCSP: options.bypassCSP ?? false,
  });
  const opened = await context.newPage();
  const messages: string[] = [];
  const requests: string[] = [];
  opened.on('console', (m) => messages.push(m.text()));
  opened.on('pageerror', (e) => messages.push(String(e)));
  opened.on('dialog', (d) => {
    messages.push(`dialog ${d.message()}`);
    void d.dismiss();
  });
  opened.on('request', (r) => requests.push(r.url()));
  await opened.goto(url);
  return { page: opened, messages, requests };
}

const shownIds = (p: Page): Promise<string[]> =>
  p.$$eval('#evidence-table > tbody.on-page', (rows) => rows.map((r) => r.id));
const status = (p: Page): Promise<string | null> => p.textContent('[data-status]');

describe('accessibility', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1300, 390]) {
      it(`has no axe violation, ${scheme}, ${width} pixels wide`, async () => {
        // axe styles elements to measure them, which the page's own policy forbids
        const { page: p } = await open(urls.small!, { scheme, width, bypassCSP: true });
        await openAll(p);
        await p.evaluate(axe);
        const violations = await p.evaluate(async () => {
          const runner = (
            globalThis as unknown as {
              axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            }
          ).axe;
          return (await runner.run()).violations.map((v) => `${v.id}: ${v.nodes[0]?.html}`);
        });
        expect(violations).toEqual([]);
        await p.context().close();
      });
    }
  }
});

describe('safety', () => {
  for (const name of ['small', 'hostile'] as const) {
    it(`${name}: no request but the file, no message, no dialog, nothing wider than the window`, async () => {
      for (const width of [1300, 390]) {
        const { page: p, messages, requests } = await open(urls[name]!, { width });
        await openAll(p);
        await p.waitForTimeout(200);
        expect(messages).toEqual([]);
        expect(requests).toEqual([urls[name]]);
        expect(await p.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
        expect(await p.$$eval('script', (all) => all.length)).toBe(1);
        expect(await p.$$eval('img, iframe, object, a[href^="http"]', (all) => all.length)).toBe(0);
        await p.context().close();
      }
    });
  }

  it('refuses a script that got into the page', async () => {
    const { page: p } = await open(urls.small!);
    const ran = await p.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);
      return (globalThis as { ran?: boolean }).ran === true;
    });
    expect(ran).toBe(false);
    await p.context().close();
  });
});

describe('copying', () => {
  it('takes every indicator, one a line', async () => {
    const { page: p, messages } = await open(urls.small!);
    const copied = await p.evaluate(async () => {
      const texts: string[] = [];
      Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (t: string) => texts.push(t) } });
      document.querySelector<HTMLButtonElement>('#indicators .copy')!.click();
      await new Promise((r) => setTimeout(r, 50));
      return texts;
    });
    expect(copied[0]!.split('\n').sort()).toEqual(['192[.]0[.]2[.]7', '198[.]51[.]100[.]9']);
    expect(await p.textContent('#indicators [role="status"]')).toBe('Copied');
    expect(messages).toEqual([]);
    await p.context().close();
  });
});

describe('the evidence table', () => {
  it('pages by keyboard', async () => {
    const { page: p } = await open(urls.many!);
    expect(await status(p)).toBe('1–25 of 64');
    const first = await shownIds(p);
    expect(first).toHaveLength(25);
    await p.focus('[data-step="1"]');
    await p.keyboard.press('Enter');
    expect(await status(p)).toBe('26–50 of 64');
    expect((await shownIds(p)).some((i) => first.includes(i))).toBe(false);
    await p.keyboard.press('Space');
    expect(await status(p)).toBe('51–64 of 64');
    expect(await p.evaluate(() => document.activeElement?.textContent)).toBe('Previous');
    await p.context().close();
  });

  it('sorts by keyboard and says so', async () => {
    const { page: p } = await open(urls.many!);
    const aria = (column: string): Promise<string | null> => p.getAttribute(`th[data-sort="${column}"]`, 'aria-sort');
    expect(await aria('strength')).toBe('descending');
    await p.focus('th[data-sort="ts"] button');
    await p.keyboard.press('Enter');
    expect(await aria('ts')).toBe('ascending');
    expect(await aria('strength')).toBeNull();
    expect((await shownIds(p))[0]).toBe(`e-${'0'.repeat(16)}`);
    await p.keyboard.press('Enter');
    expect(await aria('ts')).toBe('descending');
    expect((await shownIds(p))[0]).toBe(`e-${id('e3')}`);
    await p.focus('th[data-sort="flows"] button');
    await p.keyboard.press('Enter');
    expect((await shownIds(p)).slice(0, 2)).toEqual([`e-${id('e1')}`, `e-${id('e3')}`]);
    await p.context().close();
  });

  it('filters by text, level and detection', async () => {
    const { page: p } = await open(urls.many!);
    await p.focus('[data-filter]');
    await p.keyboard.type('filler 59');
    expect(await status(p)).toBe('1–1 of 1, 64 in all');
    await p.keyboard.type(' nothing');
    expect(await status(p)).toBe('none of 64');
    expect(await p.isVisible('[data-none]')).toBe(true);
    await p.fill('[data-filter]', '');
    await p.selectOption('[data-pick="level"]', 'low');
    expect(await shownIds(p)).toEqual([`e-${id('e2')}`]);
    await p.selectOption('[data-pick="level"]', '');
    await p.selectOption('[data-pick="detection"]', 'odd-certificate');
    expect((await shownIds(p)).sort()).toEqual([`e-${id('e2')}`, `e-${id('e4')}`]);
    await p.context().close();
  });

  it('opens a finding by keyboard, with its flows', async () => {
    const { page: p } = await open(urls.small!);
    const toggle = `#e-${id('e1')} .toggle`;
    expect(await p.isVisible(`#m-${id('e1')}`)).toBe(false);
    await p.focus(toggle);
    await p.keyboard.press('Enter');
    expect(await p.getAttribute(toggle, 'aria-expanded')).toBe('true');
    expect(await p.isVisible(`#m-${id('e1')}`)).toBe(true);
    expect(await p.$$eval(`#m-${id('e1')} .flows tbody tr`, (rows) => rows.length)).toBe(4);
    await p.keyboard.press('Enter');
    expect(await p.isVisible(`#m-${id('e1')}`)).toBe(false);
    await p.context().close();
  });

  it('leads from a host to its finding, whatever is filtered and on whatever page', async () => {
    const { page: p } = await open(urls.many!);
    await p.fill('[data-filter]', 'filler 59');
    await p.focus(`#hosts a[href="#e-${id('e2')}"]`);
    await p.keyboard.press('Enter');
    await p.waitForSelector(`#m-${id('e2')}`, { state: 'visible' });
    expect(await p.evaluate(() => document.activeElement?.className)).toBe('toggle');
    await p.click(`#m-${id('e2')} a[href="#d-odd-certificate"]`);
    await p.waitForSelector('#d-odd-certificate[open]');
    await p.context().close();
  });
});

describe('paper and no script', () => {
  it('prints hosts opened and evidence without controls', async () => {
    const { page: p, messages } = await open(urls.small!);
    const pdf = await p.pdf({ preferCSSPageSize: true, tagged: true, outline: true, printBackground: true });
    expect(pdf.length).toBeGreaterThan(20_000);
    await p.emulateMedia({ media: 'print' });
    expect(await p.isVisible('.controls')).toBe(false);
    expect(await p.isVisible('.contents')).toBe(false);
    expect(await p.isVisible(`#e-${id('e1')}`)).toBe(true);
    expect(messages).toEqual([]);
    await p.context().close();
  });

  it('shows everything where scripts are off', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const p = await context.newPage();
    await p.goto(urls.many!);
    expect(await p.locator('#evidence-table > tbody').last().isVisible()).toBe(true);
    expect(await p.locator(`#m-${id('e1')}`).isVisible()).toBe(true);
    expect(await p.locator('.controls').isVisible()).toBe(false);
    await context.close();
  });
});
