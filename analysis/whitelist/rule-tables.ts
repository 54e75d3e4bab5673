import { z } from 'zod';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';
import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { networkRange } from '../networks.js';
import { ruleText, type WhitelistRule } from './whitelist.js';

const organizationsSchema = z.record(z.string(), z.array(z.string()));
const networksSchema = z.record(z.string(), z.array(z.number().int()));

/** Whitelist rules as temporary tables that the passes join: networks, names, organisations, MACs. */
export async function loadRuleTables(db: Database, rules: readonly WhitelistRule[]): Promise<void> {
  const organizations = parseYaml(asset('analysis/whitelist/organizations.yaml'), organizationsSchema);
  const networks = parseYaml(asset('analysis/whitelist/organization-networks.yaml'), networksSchema);
  await db.run(`CREATE OR REPLACE TEMP TABLE wl_networks (rule VARCHAR, src BOOLEAN, dst BOOLEAN, lo BLOB, hi BLOB);
    CREATE OR REPLACE TEMP TABLE wl_domains (rule VARCHAR, src BOOLEAN, dst BOOLEAN, name VARCHAR);
    CREATE OR REPLACE TEMP TABLE wl_organizations (rule VARCHAR, src BOOLEAN, dst BOOLEAN, name VARCHAR);
    CREATE OR REPLACE TEMP TABLE wl_asns (rule VARCHAR, src BOOLEAN, dst BOOLEAN, asn BIGINT);
    CREATE OR REPLACE TEMP TABLE wl_macs (rule VARCHAR, src BOOLEAN, dst BOOLEAN, mac VARCHAR);`);
  const insert = async (table: string, rows: string[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 1000) {
      await db.run(`INSERT INTO ${table} VALUES ${rows.slice(i, i + 1000).join(', ')}`);
    }
  };
  const head = (r: WhitelistRule): string => `${lit(ruleText(r))}, ${r.direction !== 'dst'}, ${r.direction !== 'src'}`;
  const of = (kind: WhitelistRule['kind']): WhitelistRule[] => rules.filter((r) => r.kind === kind);
  await insert(
    'wl_networks',
    of('ip').map((r) => {
      const range = networkRange(r.value)!;
      return `(${head(r)}, unhex(${lit(range.low)}), unhex(${lit(range.high)}))`;
    }),
  );
  const orgs = of('organization');
  await insert('wl_domains', [
    ...of('domain').map((r) => `(${head(r)}, ${lit(r.value)})`),
    ...orgs.flatMap((r) => (organizations[r.value] ?? []).map((name) => `(${head(r)}, ${lit(name)})`)),
  ]);
  // Of known organisations the AS numbers, of others the words of the name.
  await insert(
    'wl_asns',
    orgs.flatMap((r) => numbersOf(r.value, networks).map((asn) => `(${head(r)}, ${asn})`)),
  );
  await insert(
    'wl_organizations',
    orgs
      .filter((r) => numbersOf(r.value, networks).length === 0)
      .map((r) => `(${head(r)}, org_words(${lit(r.value)}))`),
  );
  await insert(
    'wl_macs',
    of('mac').map((r) => `(${head(r)}, ${lit(r.value)})`),
  );
}

/** AS numbers of an organisation that is known by name, or that is given as `AS64500`. */
function numbersOf(value: string, networks: Readonly<Record<string, readonly number[]>>): readonly number[] {
  const given = /^as(\d{1,10})$/i.exec(value)?.[1];
  return given === undefined ? (networks[value] ?? []) : [Number(given)];
}
