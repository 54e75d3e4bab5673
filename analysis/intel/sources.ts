import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { usageError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';
import { type FeedDefinition, feedSchema, type IntelKind } from './definition.js';

/** What the last download left beside the data: `NAME.state.json`. */
export const stateSchema = z.object({
  url: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  /** When the data was fetched, ISO 8601 UTC. */
  fetched: z.string(),
  sha256: z.string(),
  entries: z.number(),
  invalid: z.record(z.string(), z.number()),
});
export type FeedState = z.infer<typeof stateSchema>;

/** A feed that can be read, or one that is only known. */
export interface FeedSource {
  readonly id: string;
  readonly definition: FeedDefinition;
  /** The data, where there is some. */
  readonly path: string | undefined;
  readonly state: FeedState | undefined;
  /** Ships with the project: always used. */
  readonly shipped: boolean;
}

export const FEED_ID = /^[a-z0-9]+([._-][a-z0-9]+)*$/i;

/** Files of a folder that are read without a definition. */
const DATA = new Set(['.txt', '.csv', '.tsv', '.list', '.intel', '.json', '.netset', '.ipset']);

/** `$XDG_DATA_HOME/slipstream/feeds`. */
export const defaultFeedFolder = (): string =>
  join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'slipstream', 'feeds');

const builtin = (): string => asset('analysis', 'intel', 'feeds');

/** Feeds whose definition ships: the project's own, with data, and the well-known public ones, without. */
export function knownFeeds(): FeedSource[] {
  return readdirSync(builtin())
    .filter((f) => f.endsWith('.yaml'))
    .sort()
    .map((file) => {
      const definition = parseYaml(join(builtin(), file), feedSchema);
      const path = definition.file === undefined ? undefined : asset('analysis', 'intel', 'own', definition.file);
      return { id: file.slice(0, -5), definition, path, state: undefined, shipped: path !== undefined };
    });
}

/**
 * Feeds of a folder: definitions with their data, downloads of well-known feeds, and files that speak for themselves.
 * Sorted by id.
 * @throws CliError for a folder that is none, or a definition that is wrong
 */
export function folderFeeds(folder: string): FeedSource[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw usageError(`${folder}: no such folder of feeds; make it with 'slipstream feeds add'`);
  }
  const files = readdirSync(folder)
    .sort()
    .filter((f) => !f.startsWith('.') && statSync(join(folder, f), { throwIfNoEntry: false })?.isFile());
  const out = new Map<string, FeedSource>();
  const taken = new Set<string>();
  const add = (id: string, definition: FeedDefinition, file: string): void => {
    taken.add(file);
    const path = files.includes(file) ? join(folder, file) : undefined;
    out.set(id, { id, definition, path, state: readState(folder, id), shipped: false });
  };
  for (const file of files.filter((f) => f.endsWith('.yaml'))) {
    const id = file.slice(0, -5);
    if (!FEED_ID.test(id))
      throw usageError(`${join(folder, file)}: a feed's name is letters, digits, '.', '_' and '-'`);
    const definition = parseYaml(join(folder, file), feedSchema);
    add(id, definition, definition.file ?? `${id}.data`);
  }
  for (const known of knownFeeds()) {
    if (!known.shipped && !out.has(known.id) && files.includes(`${known.id}.data`)) {
      add(known.id, known.definition, `${known.id}.data`);
    }
  }
  for (const file of files) {
    if (taken.has(file) || !DATA.has(extname(file).toLowerCase()) || file.endsWith('.state.json')) continue;
    const id = file.slice(0, -extname(file).length);
    if (!out.has(id)) add(id, unspoken(file), file);
  }
  return [...out.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Everything but URLs is taken from a file without a definition; what its hashes are of is in its name. */
function unspoken(file: string): FeedDefinition {
  const name = file.toLowerCase();
  const hashes: IntelKind[] = name.includes('ja3')
    ? ['ja3', 'ja3s']
    : /ssl|tls|cert|x509/.test(name)
      ? ['certificate']
      : ['file'];
  const addresses: IntelKind[] = /(^|[^a-z])tor([^a-z]|$)|torbulk/.test(name) ? ['tor'] : ['ip', 'cidr'];
  return feedSchema.parse({
    title: file,
    format: 'auto',
    kinds: [...addresses, 'domain', 'asn', 'ja4', ...hashes],
    threat_level: 'medium',
  });
}

function readState(folder: string, id: string): FeedState | undefined {
  const file = join(folder, `${id}.state.json`);
  if (!existsSync(file)) return undefined;
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // As if it had never been downloaded: the next update asks for all of it.
    return undefined;
  }
}
