import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import { loadFormats } from '../../reports/export/registry.js';
import { runExport } from '../../reports/export/run-export.js';
import { differingTables } from '../support/compare-cases.js';
import { tempDir } from '../support/temp-dir.js';

const shared = join(packageRoot, '..', 'shared', 'data');
const folder = tempDir('export-acceptance');
const resources = { threads: 2, memoryLimit: '1GB' };
const members = (tables: readonly string[]): string[] =>
  tables.map((t) => (t === 'other' ? 'other.record' : `${t}.extra`));

/** Captures, formats, and columns that the notation cannot give back. */
const cases: [string, string, readonly string[]][] = [
  ['zeek/slips-head/test9-mixed-zeek-dir', 'zeek-json', []],
  ['zeek/slips-head/test9-mixed-zeek-dir', 'zeek', members(['http', 'notice', 'other', 'smtp', 'ssl'])],
  ['zeek/slips-head/test14-malicious-zeek-dir', 'zeek-json', []],
  ['zeek/slips-head/test14-malicious-zeek-dir', 'zeek', members(['http'])],
  ['zeek/slips-head/test16-malicious-zeek-dir', 'zeek-json', []],
  ['labelled/zeek/001-njrat', 'zeek', []],
  ['pcap/slips/test8-malicious.pcap', 'zeek', ['flows.ended', 'flows.source_state']],
  ['pcap/slips/test8-malicious.pcap', 'zeek-json', ['flows.ended', 'flows.source_state']],
];

describe.skipIf(!existsSync(shared))(
  'Zeek logs of real captures read back as the same tables (skipped without ../shared/data)',
  () => {
    it.each(cases)('%s as %s', async (capture, name, ignore) => {
      const id = `${capture}-${name}`.replaceAll(/\W/g, '-');
      const from = join(folder, `a-${id}.duckdb`);
      const store = await CaseStore.open(from, { mode: 'create', ...resources });
      await ingest(store, [join(shared, capture)]);
      store.close();
      const output = join(folder, `logs-${id}`);
      const format = (await loadFormats()).find((f) => f.name === name)!;
      await runExport({ db: from, output, format, options: { tlp: null }, resources, progress: () => undefined });
      const back = await CaseStore.open(join(folder, `b-${id}.duckdb`), { mode: 'create', ...resources });
      try {
        await ingest(back, [output]);
        expect(await differingTables(back.db, from, ignore)).toEqual({});
      } finally {
        back.close();
      }
    });
  },
);
