import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { openModel } from '../../models/artifact.js';
import { findDatasets } from '../../models/datasets.js';
import { featureNames } from '../../models/https/features.js';
import { kind } from '../../models/https/kind.js';
import { knownByKind } from '../../models/https/testing/known-by-kind.js';
import { readLabelled } from '../../models/labelled.js';
import { shippedFolder } from '../../models/registry.js';
import { cli, query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const DATA = join(packageRoot, '..', 'shared', 'data');
const folder = tempDir('https-acceptance');
const missing = existsSync(join(DATA, 'malware')) ? undefined : 'no captures in ../shared/data';

/** Findings of the detection on one capture: client, server, connections over the threshold. */
function findings(input: string): unknown[] {
  const out = join(folder, input.replaceAll('/', '_'));
  const ingested = cli(['ingest', join(DATA, input), '--db', `${out}.duckdb`]);
  expect(ingested.code, ingested.stderr).toBe(0);
  const run = cli(['detect', '--db', `${out}.duckdb`, '--modules', 'https-model']);
  expect(run.code, run.stderr).toBe(0);
  return query(
    `${out}.duckdb`,
    `SELECT profile, key, (details->>'flows_over')::INTEGER AS flows FROM evidence
     WHERE detection = 'malicious-https-flow' ORDER BY profile, key`,
  );
}

describe.skipIf(missing !== undefined)(`the https model that ships${missing ? ` (${missing})` : ''}`, () => {
  test('is remade with the same bytes', { timeout: 600_000 }, () => {
    const remade = join(folder, 'remade');
    const run = cli(['train', 'https', '--data', DATA, '-o', remade], { timeout: 600_000 });
    expect(run.code, run.stderr).toBe(0);
    const shipped = openModel(shippedFolder('https'), 'https');
    for (const name of [...Object.keys(shipped.card.files), 'card.json', 'card.md']) {
      expect(readFileSync(join(remade, name)).equals(readFileSync(join(shipped.folder, name))), name).toBe(true);
    }
  });

  test('no feature is one that only one kind of source has', { timeout: 300_000 }, async () => {
    const data = await readLabelled(kind, findDatasets(DATA, 'https', undefined), { threads: 2, memoryLimit: '1GB' });
    try {
      const known = await knownByKind(data.store.db);
      expect(known.map((k) => k.kind)).toEqual(['pcap', 'zeek']);
      for (const name of featureNames('tls')) {
        const [pcap, zeek] = known.map((k) => k.shares[name]!) as [number, number];
        // Captures differ in how many show certificates or call again; a field that a reader loses is known in none.
        expect(Math.min(pcap, zeek), name).toBeGreaterThan(0.2);
        expect(Math.abs(pcap - zeek), name).toBeLessThan(0.5);
      }
    } finally {
      data.close();
    }
  });

  test('held-out families support it', () => {
    const { card } = openModel(shippedFolder('https'), 'https');
    const held = card.metrics.held_out!;
    expect(held.auc).toBeGreaterThan(0.99);
    expect(held.recall).toBeGreaterThan(0.95);
    expect(held.fpr).toBeLessThanOrEqual(0.01);
    const folds = card.details.folds as { fold: string; recall: number }[];
    expect(folds.map((f) => f.fold)).toEqual(['asyncrat', 'meterpreter', 'poshc2', 'quasar']);
    for (const f of folds) expect(f.recall, f.fold).toBeGreaterThan(0.9);
  });

  test.each([
    ['labelled/zeek/2023-02-20-mixed'],
    ['labelled/zeek/008-mixed/data'],
    ['malware/benign-tls'],
    // Not among what it was trained on.
    ['zeek/slips-2021/sample_zeek_files-2'],
    ['zeek/rita/proxy'],
  ])('is quiet on %s', (input) => {
    expect(findings(input)).toEqual([]);
  });

  test.each([
    ['malware/malware-tls/quasarrat__corelight__09ffabf7.pcap', '192.168.100.7', '86.136.67.231', 77],
    ['malware/malware-tls/dcrat__corelight__30a385ed.pcap', '192.168.100.20', '186.169.47.11', 3],
    ['malware/malware-tls/apt29day2-poshc2__otrf__UTICA-ONE-DRIVE.pcap', '10.0.1.5', '192.168.0.4', 49],
  ])('finds nothing but the implant in %s', (input, profile, key, flows) => {
    expect(findings(input)).toEqual([{ profile, key, flows }]);
  });

  test('sources without handshakes are not decided', () => {
    expect(findings('labelled/argus/normal_2013-10-21_capture-1.binetflow')).toEqual([]);
    const db = join(folder, 'labelled_argus_normal_2013-10-21_capture-1.binetflow.duckdb');
    expect(query(db, "SELECT status FROM detection_runs WHERE detection = 'malicious-https-flow'")).toEqual([
      { status: 'not_decided' },
    ]);
  });
});
