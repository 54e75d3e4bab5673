import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../cli/write-file.js';
import type { CaseStore } from '../../ingest/case/case-store.js';
import { runPass } from '../passes.js';
import type { FeedDefinition } from './definition.js';
import { type DownloadLimits, download } from './download.js';
import { noEntries } from './load.js';
import { type FeedRead, readFeed } from './read-feed.js';
import { FeedError } from './rows.js';
import type { FeedState } from './sources.js';

/** What became of one feed. */
export interface Updated {
  readonly status: 'new' | 'same';
  readonly entries: number;
  readonly invalid: Readonly<Record<string, number>>;
}

export const DEFAULT_LIMITS: Omit<DownloadLimits, 'maxBytes'> = { totalMs: 300_000, idleMs: 20_000, redirects: 5 };

/** A file with more rows that are none than rows that are is something else than was said. */
const MOST_INVALID = 0.5;

/**
 * Downloads a feed into its folder. The old data stays until the new is whole and has been read.
 * @param store any open case: the data is read with its database, nothing is stored there
 * @throws FeedError with the reason; the folder is then as it was
 */
export async function updateFeed(
  store: CaseStore,
  folder: string,
  id: string,
  definition: FeedDefinition,
  state: FeedState | undefined,
  limits: Partial<DownloadLimits> = {},
): Promise<Updated> {
  const { url } = definition;
  if (url === undefined) throw new FeedError('has no URL: replace its file yourself');
  const aside = join(folder, `.${id}.tmp-${process.pid}`);
  const maxBytes = Math.floor(definition.max_mb * 1024 * 1024);
  try {
    const known = state?.url === url ? state : undefined;
    const edition = await download(url, aside, { ...DEFAULT_LIMITS, maxBytes, ...limits }, known);
    if (edition === undefined) return { status: 'same', entries: state!.entries, invalid: state!.invalid };
    const read = await check(store, aside, definition);
    const next: FeedState = {
      url,
      ...edition,
      fetched: new Date().toISOString(),
      sha256: read.sha256,
      entries: read.entries,
      invalid: read.invalid,
    };
    renameSync(aside, join(folder, definition.file ?? `${id}.data`));
    writeWhole(join(folder, `${id}.state.json`), `${JSON.stringify(next, null, 2)}\n`);
    return { status: read.sha256 === state?.sha256 ? 'same' : 'new', entries: read.entries, invalid: read.invalid };
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Puts a copy of a local file into the folder, when it is such a feed. */
export async function copyFeed(
  store: CaseStore,
  folder: string,
  id: string,
  definition: FeedDefinition,
  from: string,
): Promise<Updated> {
  const read = await check(store, from, definition);
  const aside = join(folder, `.${id}.tmp-${process.pid}`);
  try {
    copyFileSync(from, aside);
    renameSync(aside, join(folder, `${id}.data`));
  } finally {
    rmSync(aside, { force: true });
  }
  return { status: 'new', entries: read.entries, invalid: read.invalid };
}

/** Reads a file as the feed it is said to be. */
async function check(store: CaseStore, path: string, definition: FeedDefinition): Promise<FeedRead> {
  await runPass(store.db, 'intel/sql/macros.sql');
  const read = await readFeed(store.db, store.tempDir, path, definition);
  if (read.entries === 0) throw new FeedError(noEntries(read));
  const invalid = Object.values(read.invalid).reduce((a, b) => a + b, 0);
  if (invalid > (read.entries + invalid) * MOST_INVALID) {
    const [reason] = Object.entries(read.invalid).sort(([, a], [, b]) => b - a)[0]!;
    throw new FeedError(`${invalid} of ${read.entries + invalid} rows are no indicators (${reason})`);
  }
  await store.db.run('DROP TABLE IF EXISTS intel_parsed');
  return read;
}
