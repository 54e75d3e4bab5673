import { FROM_CASE } from '../../analysis/intel/load.js';
import { CliError } from '../errors.js';
import { checkCase, checkOutputs } from './check-outputs.js';
import { checkConfiguration, checkFeeds, checkModels, checkProgram, checkRules } from './check-program.js';
import type { Difference } from './difference.js';
import { findInputs } from './find-inputs.js';
import { readManifest } from './read-manifest.js';
import { rerun } from './rerun.js';
import type { RunAgain } from './run-again.js';

export interface VerifyOptions extends RunAgain {
  readonly captures: string | undefined;
  readonly rerun: boolean;
}

export interface Verification {
  readonly same: boolean;
  readonly differences: readonly Difference[];
  /** done, or why the analysis was not made again. */
  readonly rerun: 'done' | 'not asked for' | 'not possible: what goes in differs';
  /** Indicators came from the case, as the feeds were not to be found. */
  readonly feedsReplayed: boolean;
  readonly inputs: number;
  readonly tables: number;
}

/**
 * Compares an output folder with its manifest: what went in, what came out, and what comes out of the same analysis now.
 * The analysis is made again only when all that goes in is as recorded: else its result would say nothing new.
 * @throws CliError when the folder has no manifest that can be read
 */
export async function verify(folder: string, options: VerifyOptions): Promise<Verification> {
  const manifest = readManifest(folder);
  const models = { ...manifest.environment.models, ...options.models };
  const { paths, differences: inputs } = findInputs(manifest, folder, options.captures, options.progress);
  const { configuration, differences: configurations } = checkConfiguration(manifest);
  const folderOfFeeds = options.feeds ?? manifest.environment.feeds;
  const { differences: feeds, replay } = checkFeeds(manifest, folderOfFeeds === FROM_CASE ? undefined : folderOfFeeds);
  const goesIn: Difference[] = [
    ...inputs,
    ...configurations,
    ...checkProgram(manifest),
    ...checkRules(manifest, options.detections),
    ...checkModels(manifest, models),
    ...feeds,
  ];
  options.progress('hashing outputs', 0, 1);
  const cameOut = [...checkOutputs(manifest, folder), ...(await checkCase(manifest, folder, options.resources))];
  let state: Verification['rerun'] = 'not asked for';
  const again: Difference[] = [];
  if (options.rerun) {
    if (goesIn.length > 0 || configuration === undefined || cameOut.some((d) => d.name === 'case.duckdb')) {
      state = 'not possible: what goes in differs';
    } else {
      const { detections, detectionPaths, asnDb, geoipDb, resources, progress } = options;
      const parts = {
        manifest,
        folder,
        paths,
        configuration,
        detections,
        detectionPaths,
        models,
        feeds: replay ? FROM_CASE : folderOfFeeds,
        asnDb,
        geoipDb,
        resources,
        progress,
      };
      again.push(...(await rerun(parts).catch(failed)));
      state = 'done';
    }
  }
  const differences = [...goesIn, ...cameOut, ...again];
  return {
    same: differences.length === 0,
    differences,
    rerun: state,
    feedsReplayed: replay,
    inputs: manifest.inputs.length,
    tables: Object.keys(manifest.tables).length,
  };
}

function failed(error: unknown): Difference[] {
  if (!(error instanceof CliError)) throw error;
  return [{ kind: 'rerun', name: 'analysis', problem: 'unreadable', detail: error.message }];
}
