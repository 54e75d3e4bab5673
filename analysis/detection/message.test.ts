import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { asset } from '../../cli/package-root.js';
import { messageSql } from './message.js';

it('fills columns and details, counts with the right noun, leaves what it does not know', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const template =
    "{attacker}: {details.hosts host}, {details.names DNS query|DNS queries}, {details.none flow}, {details.plain}, {nothing host} 'x'";
  const rows = await connection.runAndReadAll(
    `SELECT ${messageSql(template)} FROM (VALUES ('a', '{"hosts": 1, "names": 1, "plain": 1}'::JSON), ('b', '{"hosts": 12, "names": 0, "plain": "p"}'::JSON)) t(attacker, details)`,
  );
  expect(rows.getRows().map(([text]) => text)).toEqual([
    "a: 1 host, 1 DNS query, ? flows, 1, {nothing host} 'x'",
    "b: 12 hosts, 0 DNS queries, ? flows, p, {nothing host} 'x'",
  ]);
  connection.closeSync();
  instance.closeSync();
});

it('names the network behind the address that lies outside, and shortens scores', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(readFileSync(asset('analysis', 'macros', 'evidence.sql'), 'utf8'));
  const rows = await connection.runAndReadAll(
    `SELECT ${messageSql('{attacker}{network} and {victim}{network}: {details.mean_score}, {details.score}')} FROM (VALUES
       ('a', 'v', 'v', ' (Example Org, US)', '{"mean_score": 0.998098, "score": 1}'::JSON),
       ('a', NULL, 'a', ' (US)', '{"mean_score": 0.5, "score": "none"}'::JSON),
       ('a', 'v', NULL, NULL, NULL)) t(attacker, victim, network_address, network_note, details)`,
  );
  expect(rows.getRows().map(([text]) => text)).toEqual([
    'a and v (Example Org, US): 0.998, 1.00',
    'a (US) and ?: 0.50, ?',
    'a and v: ?, ?',
  ]);
  connection.closeSync();
  instance.closeSync();
});
