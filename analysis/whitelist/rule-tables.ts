import { z } from 'zod';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';
import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { networkRange } from '../networks.js';
import { ruleText, type WhitelistRule } from './whitelist.js';

const organizationsSchema = z.record(z.string(), z.array(z.string()));

/** Whitelist rules as temporary tables that the passes join: networks, names, organisations, MACs. */
export async function loadRuleTables(db: Database, rules: readonly WhitelistRule[]): Promise<void> {
  const organizations = parseYaml(asset('analysis/whitelist/organizations.yaml'), organizationsSchema);
  await db.run(`CREATE OR REPLACE TEMP TABLE wl_networks (rule VARCHAR, src BOOLEAN, dst BOOLEAN, lo BLOB, hi BLOB);
    CREATE OR REPLACE TEMP TABLE wl_domains (rule VARCHAR, src BOOLEAN, dst BOOLEAN, name VARCHAR);
    CREATE OR REPLACE TEMP TABLE wl_organizations (rule VARCHAR, src BOOLEAN, dst BOOLEAN, name VARCHAR);
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
  await insert(
    'wl_organizations',
    orgs.map((r) => `(${head(r)}, ${lit(r.value)})`),
  );
  await insert(
    'wl_macs',
    of('mac').map((r) => `(${head(r)}, ${lit(r.value)})`),
  );
}
