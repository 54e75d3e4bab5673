/**
 * Makes the tables of `data/` from the packages that `data-sets.yaml` names: `npm run address-data [FOLDER]`.
 * The packages come by `npm pack`, checked against the hashes there; with FOLDER the tables are written elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { asset } from '../../../cli/package-root.js';
import { lit } from '../../../ingest/case/sql.js';
import { type DataSetId, dataSets } from '../data-sets.js';
import { flatten, type Range } from './flatten.js';

/** IPv4 addresses lie at ::ffff:0:0/96, as in the keys of `addresses`. */
const IPV4 = 0xffff_0000_0000n;
const PARQUET = 'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880';

const target = process.argv[2] ?? asset('analysis/enrich/data');
const work = mkdtempSync(join(tmpdir(), 'address-data-'));
try {
  mkdirSync(target, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  const asn = fetchPackage('asn');
  const names = await asnRanges(db, asn);
  await save(db, 'asn_rows', 'asn.parquet');
  await saveOrganizations(db, names);
  await countryRanges(db, fetchPackage('country'));
  await save(db, 'country_rows', 'country.parquet');
  await vendors(db, fetchPackage('vendor'));
  instance.closeSync();
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Folder of the unpacked package. */
function fetchPackage(id: DataSetId): string {
  const { package: name, version, integrity } = dataSets[id];
  const folder = join(work, id);
  mkdirSync(folder);
  const packed = JSON.parse(
    execFileSync('npm', ['pack', `${name}@${version}`, '--json', '--silent', '--pack-destination', folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as { filename: string }[];
  const archive = join(folder, packed[0]!.filename.replace('@', '').replace('/', '-'));
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version}: ${found} instead of ${integrity}`);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'package');
}

async function rangesOf(db: DuckDBConnection, path: string, value: string, columns: string): Promise<Range[]> {
  const reader = await db.runAndReadAll(
    `SELECT lo::VARCHAR, hi::VARCHAR, ${value} FROM read_csv(${lit(path)}, header = false, columns = {${columns}})`,
  );
  return reader.getRowsJson().map(([lo, hi, v]) => ({
    lo: BigInt(String(lo)),
    hi: BigInt(String(hi)),
    value: String(v),
  }));
}

/** Both versions of IP as one list of disjoint ranges in a table `name(lo_high, lo_low, hi_high, hi_low, value)`. */
async function both(
  db: DuckDBConnection,
  name: string,
  type: string,
  four: readonly Range[],
  six: readonly Range[],
): Promise<void> {
  const all = flatten([...four.map((r) => ({ ...r, lo: r.lo + IPV4, hi: r.hi + IPV4 })), ...six]);
  const half = (n: bigint): string => `${n >> 64n},${n & 0xffff_ffff_ffff_ffffn}`;
  const csv = join(work, `${name}.csv`);
  writeFileSync(csv, all.map((r) => `${half(r.lo)},${half(r.hi)},${r.value}\n`).join(''));
  await db.run(
    `CREATE TABLE ${name} AS FROM read_csv(${lit(csv)}, header = false, columns = {
       lo_high: 'UBIGINT', lo_low: 'UBIGINT', hi_high: 'UBIGINT', hi_low: 'UBIGINT', ${type}})`,
  );
  process.stdout.write(`${name}: ${four.length + six.length} ranges given, ${all.length} kept\n`);
}

async function asnRanges(db: DuckDBConnection, folder: string): Promise<readonly string[]> {
  const columns = (n: string): string => `lo: '${n}', hi: '${n}', asn: 'UINTEGER', org: 'VARCHAR'`;
  const files = [join(folder, 'asn-ipv4-num.csv'), join(folder, 'asn-ipv6-num.csv')] as const;
  await both(
    db,
    'asn_rows',
    "asn: 'UINTEGER'",
    await rangesOf(db, files[0], 'asn', columns('UINTEGER')),
    await rangesOf(db, files[1], 'asn', columns('UHUGEINT')),
  );
  return files;
}

async function saveOrganizations(db: DuckDBConnection, files: readonly string[]): Promise<void> {
  await db.run(
    `CREATE TABLE organizations AS SELECT asn, min(trim(org)) AS as_org FROM read_csv([${files.map(lit).join(', ')}],
       header = false, columns = {lo: 'VARCHAR', hi: 'VARCHAR', asn: 'UINTEGER', org: 'VARCHAR'})
     WHERE trim(org) <> '' AND asn IN (SELECT asn FROM asn_rows) GROUP BY asn`,
  );
  await write(db, 'SELECT * FROM organizations ORDER BY asn', 'organizations.parquet');
}

async function countryRanges(db: DuckDBConnection, folder: string): Promise<void> {
  const columns = (n: string): string => `lo: '${n}', hi: '${n}', country: 'VARCHAR'`;
  const file = (version: number): string => join(folder, `geo-whois-asn-country-ipv${version}-num.csv`);
  await both(
    db,
    'country_rows',
    "country: 'VARCHAR'",
    await rangesOf(db, file(4), 'upper(country)', columns('UINTEGER')),
    await rangesOf(db, file(6), 'upper(country)', columns('UHUGEINT')),
  );
}

/** Blocks of 24, 28 and 36 bits with the first line of what the registry says: the name. */
async function vendors(db: DuckDBConnection, folder: string): Promise<void> {
  const entries = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, string>;
  const lines = Object.entries(entries).map(([prefix, text]) =>
    JSON.stringify({ prefix: prefix.toLowerCase(), vendor: text.split('\n')[0]!.trim() }),
  );
  const json = join(work, 'vendors.json');
  writeFileSync(json, `${lines.join('\n')}\n`);
  await write(
    db,
    `SELECT prefix, vendor FROM read_json(${lit(json)}, columns = {prefix: 'VARCHAR', vendor: 'VARCHAR'})
     WHERE vendor <> '' ORDER BY prefix`,
    'vendors.parquet',
  );
}

async function save(db: DuckDBConnection, table: string, file: string): Promise<void> {
  await write(db, `SELECT * FROM ${table} ORDER BY lo_high, lo_low`, file);
}

async function write(db: DuckDBConnection, select: string, file: string): Promise<void> {
  const path = join(target, file);
  await db.run(`COPY (${select}) TO ${lit(path)} (${PARQUET})`);
  process.stdout.write(`${file}: ${statSync(path).size} bytes\n`);
}
