import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { asset } from '../../cli/package-root.js';
import { lit } from '../../ingest/case/sql.js';
import type { Detection } from './definition.js';
import { decidable } from './requires.js';

const detection = { requires: ['ssl.ja3', ['flows.history', 'flows.outcome']] } as unknown as Detection;
const sources = (fields: Readonly<Record<string, readonly string[]>>, kinds: Readonly<Record<string, string>>) => ({
  sourceIds: Object.keys(fields),
  fields: new Map(Object.entries(fields).map(([id, f]) => [id, new Set(f)])),
  kinds: new Map(Object.entries(kinds)),
});

it('knows a partly decided run again by the words that were written', async () => {
  const zeek = ['ssl.ja3', 'flows.outcome'];
  const kinds = { a: 'zeek', b: 'argus' };
  const partly = decidable(detection, sources({ a: zeek, b: ['flows.outcome'] }, kinds));
  const never = decidable(detection, sources({ a: ['flows.outcome'], b: [] }, kinds));
  const whole = decidable(detection, sources({ a: zeek, b: zeek }, kinds));
  expect(partly).toEqual({ able: true, reason: 'not decided for argus sources without ssl.ja3' });
  expect(never).toEqual({ able: false, reason: 'no source gives flows.history or flows.outcome, ssl.ja3' });
  expect(whole).toEqual({ able: true, reason: undefined });

  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(readFileSync(asset('analysis', 'macros', 'runs.sql'), 'utf8'));
  const rows = await connection.runAndReadAll(
    `SELECT partly_decided('ran', ${lit(partly.reason!)}), partly_decided('not_decided', ${lit(never.reason!)}), partly_decided('ran', NULL),
       partly_decided('not_decided', ${lit(partly.reason!)})`,
  );
  expect(rows.getRows()).toEqual([[true, false, false, false]]);
  connection.closeSync();
  instance.closeSync();
});
