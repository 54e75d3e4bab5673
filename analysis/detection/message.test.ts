import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
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
