/**
 * How long a browser takes with a large report opened from disk: first paint, page parsed and script run, all loaded, and the
 * answer to a key (next page of the table of evidence). Medians and the slowest of fresh contexts, milliseconds; first paint ≤ 1 s.
 * Usage: tsx test/bench/first-paint.ts [REPORT.html] [RUNS=9], default: the report of 300,000 flows and 50,000 findings
 */
import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { CaseStore } from '../../ingest/case/case-store.js';
import { renderReport } from '../../reports/render.js';
import { launchChromium } from '../e2e/chromium.js';
import { benchmark, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';
import { analyseWithFindings } from './synthetic-findings.js';

const parts = {
  make: async ([db, html]: readonly string[]): Promise<void> => {
    await makeSyntheticCase(db!, 300_000);
    await analyseWithFindings(db!, 50_000);
    const store = await CaseStore.open(db!, { mode: 'read', threads: 2, memoryLimit: '2GB' });
    writeFileSync(html!, await renderReport(store));
    await store.close();
  },
};

/** Milliseconds of one opening. */
async function opened(browser: Browser, url: string, scheme: 'light' | 'dark'): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  // Not a promise of the page's own: there is nothing to wait for once it is painted.
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const times = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return {
      'first paint': performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      parsed: navigation!.domContentLoadedEventEnd,
      loaded: navigation!.loadEventEnd,
    };
  });
  const turned = await page.evaluate(async () => {
    const from = performance.now();
    document.querySelector<HTMLButtonElement>('[data-step="1"]')?.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - from;
  });
  await context.close();
  return { ...times, 'next page': turned };
}

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [given, runs = '9'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const html = given === undefined ? join(folder, 'report.html') : resolve(given);
    if (given === undefined) run('make', join(folder, 'synthetic.duckdb'), html);
    process.stdout.write(`${(statSync(html).size / 1e6).toFixed(1)} MB\n`);
    const browser = await launchChromium();
    try {
      const url = pathToFileURL(html).href;
      await opened(browser, url, 'light');
      const all: Record<string, number>[] = [];
      for (let i = 0; i < Number(runs); i++) all.push(await opened(browser, url, i % 2 ? 'dark' : 'light'));
      for (const name of Object.keys(all[0]!)) {
        const values = all.map((o) => o[name]!).sort((a, b) => a - b);
        const middle = values[Math.floor(values.length / 2)]!;
        process.stdout.write(`${name.padEnd(12)} ${middle.toFixed(0)} ms (slowest ${values.at(-1)!.toFixed(0)})\n`);
      }
    } finally {
      await browser.close();
    }
  });
});
