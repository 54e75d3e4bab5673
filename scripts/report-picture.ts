/** `npm run picture`: the first screen of the fixture's report, for the README. Needs Chromium. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asset } from '../cli/package-root.js';
import { analyze } from '../index.js';
import { launchChromium } from '../test/e2e/chromium.js';

const folder = mkdtempSync(join(tmpdir(), 'slipstream-picture-'));
try {
  const { outputs } = await analyze(asset('test', 'fixtures', 'office-zeek-tsv'), {
    output: join(folder, 'out'),
    homeNet: ['192.168.50.0/24', '2001:db8:50::/48'],
  });
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(outputs.report).href);
  await page.screenshot({ path: asset('docs', 'report.png') });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true });
}
