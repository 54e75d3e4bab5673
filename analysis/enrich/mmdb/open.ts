import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type Response as MmdbRecord, Reader } from 'mmdb-lib';
import { usageError } from '../../../cli/errors.js';

/** A user's MaxMind database, read whole. */
export interface Mmdb {
  readonly path: string;
  readonly sha256: string;
  /** Such as `GeoLite2-ASN`. */
  readonly type: string;
  /** Day it was built, `YYYY-MM-DD`, or `unknown`. */
  readonly built: string;
  /**
   * What it says about an address; the same object for the same record while it is remembered.
   * @throws CliError when the record cannot be read
   */
  get(address: string): Record<string, unknown> | null;
}

const LARGEST = 2 ** 31 - 1;
/** Decoded pieces that are remembered: records of neighbours are the same, and a file cannot blow itself up. */
const REMEMBERED = 20_000;

/**
 * Opens an `.mmdb` file given by `flag`.
 * @param kind what the type of the database has to look like, and `about` what such a database is about
 * @throws CliError (wrong usage) when it cannot be read, is none, or of another kind
 */
export function openMmdb(path: string, flag: string, kind = /./, about = 'addresses'): Mmdb {
  const wrong = (what: string): Error => usageError(`${flag} ${path}: ${what}`);
  const data = readWhole(path, wrong);
  let reader: Reader<MmdbRecord>;
  try {
    reader = new Reader<MmdbRecord>(data, { cache: boundedCache() });
  } catch {
    throw wrong('is no MaxMind database, or a damaged one');
  }
  const { metadata } = reader;
  const sound =
    [24, 28, 32].includes(metadata.recordSize) &&
    [4, 6].includes(metadata.ipVersion) &&
    metadata.nodeCount > 0 &&
    metadata.searchTreeSize + 16 <= data.length;
  if (!sound) throw wrong('is a damaged MaxMind database (its description does not fit the file); get a fresh copy');
  const type = String(metadata.databaseType);
  if (!kind.test(type)) throw wrong(`is a database of type ${type.slice(0, 100)}, not of ${about}`);
  return {
    path,
    sha256: createHash('sha256').update(data).digest('hex'),
    type,
    built: day(metadata.buildEpoch),
    get(address) {
      const text = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
      if (metadata.ipVersion === 4 && text.includes(':')) return null;
      let record: unknown;
      try {
        record = reader.get(text);
      } catch {
        throw wrong(`is a damaged MaxMind database (the record of ${address} cannot be read); get a fresh copy`);
      }
      return isRecord(record) ? record : null;
    },
  };
}

function readWhole(path: string, wrong: (what: string) => Error): Buffer {
  try {
    const { size } = statSync(path);
    if (size > LARGEST) throw wrong(`is larger than ${LARGEST} bytes`);
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : wrong(`cannot be read (${code})`);
  }
}

const day = (built: unknown): string =>
  built instanceof Date && !Number.isNaN(built.getTime()) ? built.toISOString().slice(0, 10) : 'unknown';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Forgets everything when full. */
function boundedCache(): { get(key: unknown): unknown; set(key: unknown, value: unknown): void } {
  const kept = new Map<unknown, unknown>();
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      if (kept.size >= REMEMBERED) kept.clear();
      kept.set(key, value);
    },
  };
}
