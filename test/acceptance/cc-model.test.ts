import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';

/** Labelled captures; they lie beside the checkout. */
const DATA = fileURLToPath(new URL('../../../shared/data/labelled/', import.meta.url));
const present = existsSync(DATA);
if (!present) console.log(`skipped: no labelled captures at ${DATA}`);

/** The shipped model was trained on these: they show that it is served as trained, not how good it is. */
const CAPTURES = [
  { path: 'zeek/001-njrat/labeled-conn.log', channel: '41.108.179.197:1177:tcp' },
  { path: 'zeek/2023-02-20-mixed', channel: undefined },
  { path: 'argus/normal_2013-10-21_capture-1.binetflow', channel: undefined },
] as const;

describe.skipIf(!present)('the shipped cc model on real captures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-cc-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(CAPTURES)('$path', async ({ path, channel }) => {
    const store = await CaseStore.open(join(folder, `${path.replaceAll('/', '_')}.duckdb`), {
      mode: 'create',
      memoryLimit: '1GB',
    });
    try {
      await ingest(store, [join(DATA, path)]);
      await detect(store, defaultOptions);
      const found = await store.db.all<{ key: string; confidence: number }>(
        `SELECT key, confidence FROM evidence WHERE detection = 'cc-channel' ORDER BY ts, key`,
      );
      if (channel !== undefined) expect(found.map((f) => f.key)).toContain(channel);
      // Benign: none that weighs half as much as an alert needs.
      else expect(Math.max(0, ...found.map((f) => f.confidence))).toBeLessThan(0.5);
      const used = await store.db.all("SELECT module, model, threshold FROM models_used WHERE module = 'cc'");
      expect(used.length).toBe(1);
    } finally {
      store.close();
    }
  });
});
