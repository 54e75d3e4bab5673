import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FROM_CASE } from '../analysis/intel/load.js';
import { defaultFeedFolder, folderFeeds } from '../analysis/intel/sources.js';
import { usageError } from './errors.js';

/**
 * The folder of feeds for an analysis: the one named, else the user's when there is one.
 * @param base folder against which a relative name is resolved
 * @returns `case` for what the case has used before; undefined when there is no folder
 */
export function feedFolder(flag: string, named: string | undefined, base: string): string | undefined {
  if (named === undefined) return existsSync(defaultFeedFolder()) ? defaultFeedFolder() : undefined;
  if (named === FROM_CASE) return FROM_CASE;
  const folder = resolve(base, named);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw usageError(`${flag} ${named}: no such folder; make it with 'slipstream feeds add'`);
  }
  // What is wrong with a definition is said before anything is done.
  folderFeeds(folder);
  return folder;
}

/** What the feeds of a folder are, for `doctor`. */
export function feedsFound(folder = defaultFeedFolder()): { count: number; detail: string } {
  const here = existsSync(folder) ? folderFeeds(folder).filter((f) => f.path !== undefined) : [];
  return {
    count: here.length,
    detail:
      here.length === 0
        ? `none in ${folder}: threat intelligence decides little; see 'slipstream feeds list', add some with 'slipstream feeds add NAME'`
        : `${here.map((f) => f.id).join(', ')} in ${folder}`,
  };
}
