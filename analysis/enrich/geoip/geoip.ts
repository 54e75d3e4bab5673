import type { Database } from '../../../ingest/case/database.js';
import { runPass } from '../../passes.js';
import { type DataUsed, shipped } from '../data-sets.js';
import { type Answer, lookUpAll } from '../mmdb/look-up.js';
import { isRecord, type Mmdb, openMmdb } from '../mmdb/open.js';
import { used } from '../mmdb/used.js';
import { answerRanges } from '../ranges/ranges.js';

/**
 * Makes the temporary table `address_places(address, country, city, lat, lon)` for `address_list`: countries from the
 * shipped ranges, or what the user's `.mmdb` file has. Latitude and longitude in degrees.
 * @throws CliError when the user's file cannot be used
 */
export async function answerPlaces(db: Database, path: string | undefined): Promise<DataUsed> {
  if (path !== undefined) {
    const mmdb = openGeoip(path);
    const columns = { country: 'VARCHAR', city: 'VARCHAR', lat: 'DOUBLE', lon: 'DOUBLE' } as const;
    await lookUpAll(db, mmdb, 'address_list', 'address_places', columns, placeOf);
    return used(mmdb);
  }
  await answerRanges(db, 'country.parquet', 'address_list');
  await runPass(db, 'enrich/geoip/places.sql');
  return shipped('country');
}

/**
 * Opens the file of `--geoip-db`.
 * @throws CliError when it is no database of countries or cities
 */
export const openGeoip = (path: string): Mmdb =>
  openMmdb(path, '--geoip-db', /country|city|enterprise|location|geo(?!.*asn)/i, 'countries or cities');

/** Country (of the network, else of its registration), city and place, as MaxMind, DB-IP and others write them. */
export function placeOf(record: Record<string, unknown>): Answer | undefined {
  const country =
    code(at(record, 'country', 'iso_code') ?? at(record, 'registered_country', 'iso_code')) ??
    code(record.country_code) ??
    code(record.country);
  const city = at(record, 'city', 'names', 'en') ?? record.city;
  const place = {
    country,
    city: typeof city === 'string' && city.trim() !== '' ? city.trim() : null,
    lat: degrees(at(record, 'location', 'latitude') ?? record.latitude, 90),
    lon: degrees(at(record, 'location', 'longitude') ?? record.longitude, 180),
  };
  return Object.values(place).every((v) => v === null) ? undefined : place;
}

function at(record: unknown, ...path: readonly string[]): unknown {
  let value = record;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}

const code = (value: unknown): string | null =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null;

function degrees(value: unknown, limit: number): number | null {
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof number === 'number' && Math.abs(number) <= limit ? Math.round(number * 1e6) / 1e6 : null;
}
