import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { alertsJsonl } from '../../analysis/alerts-jsonl.js';
import { detect } from '../../analysis/detect.js';
import { tableDigests } from '../../analysis/digest.js';
import { FROM_CASE } from '../../analysis/intel/load.js';
import { type AnalysisOptions, defaultOptions } from '../../analysis/options.js';
import type { RecordedConfiguration } from '../../analysis/options-schema.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { lit } from '../../ingest/case/sql.js';
import { type IngestOptions, ingest } from '../../ingest/ingest.js';
import type { InputFile } from '../../ingest/inputs.js';
import { renderReport } from '../../reports/render.js';
import { usageError } from '../errors.js';
import { sha256 } from '../hash-file.js';
import { compareMaps, type Difference } from './difference.js';
import type { RecordedInput } from './find-inputs.js';
import type { Manifest } from './read-manifest.js';
import type { RunAgain } from './run-again.js';

export interface RerunParts extends RunAgain {
  readonly manifest: Manifest;
  /** The output folder that is verified: its case gives recorded look-ups. */
  readonly folder: string;
  /** Where each capture is now, by capture id. */
  readonly paths: ReadonlyMap<string, string>;
  readonly configuration: RecordedConfiguration;
}

/** The whole analysis again in a temporary folder; what came out otherwise than recorded. */
export async function rerun(parts: RerunParts): Promise<Difference[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'slipstream-verify-'));
  const { manifest, detections } = parts;
  try {
    const store = await CaseStore.open(join(temporary, 'case.duckdb'), { mode: 'create', ...parts.resources });
    try {
      await ingestAgain(store, parts);
      await bringAlong(store, parts.folder, parts.feeds === FROM_CASE);
      await detect(store, optionsOf(parts), parts.progress, detections);
      parts.progress('comparing', 1, 1);
      const outputs: Record<string, string> = {
        'alerts.jsonl': sha256(await alertsJsonl(store.db)),
        'report.html': sha256(await renderReport(store, { ...manifest.report, detections })),
      };
      return [
        ...compareMaps('rerun', manifest.tables, await tableDigests(store.db), (table) => `table ${table}`),
        ...compareMaps('rerun', manifest.outputs, outputs),
      ];
    } finally {
      store.close();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Captures read with the same choices go together, as files of the sources that they were. */
async function ingestAgain(store: CaseStore, { manifest, paths, progress }: RerunParts): Promise<void> {
  const groups = new Map<string, RecordedInput[]>();
  for (const input of manifest.inputs) {
    const key = JSON.stringify([input.site, input.options ?? {}]);
    groups.set(key, [...(groups.get(key) ?? []), input]);
  }
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const files = group.map(
      (input): InputFile => ({
        path: resolve(paths.get(input.capture_id)!),
        shown: input.path,
        folder: input.source_id,
        root: input.root,
        explicit: basename(input.path) === input.path,
        sourceId: input.source_id,
      }),
    );
    const { kind, label, bpf, tcpInactivity, hashFiles, checksums, series } = group[0]!.options ?? {};
    const options: IngestOptions = {
      site: group[0]!.site,
      ...(kind === undefined ? {} : { kind }),
      ...(label === undefined ? {} : { label }),
      ...(bpf === undefined ? {} : { bpf }),
      ...(tcpInactivity === undefined ? {} : { tcpInactivity }),
      ...(hashFiles ? { hashFiles } : {}),
      ...(checksums ? { checksums } : {}),
      // Files that were read one by one are so again.
      streams: series !== undefined,
      progress,
    };
    await ingest(store, files, options);
  }
}

/** Answers from outside are replayed, never asked for again; labels given by hand belong to the input. */
async function bringAlong(store: CaseStore, folder: string, indicators: boolean): Promise<void> {
  const { db } = store;
  await db.run(`ATTACH ${lit(resolve(folder, 'case.duckdb'))} AS recorded (READ_ONLY)`);
  try {
    await db.run('INSERT INTO lookups SELECT * FROM recorded.main.lookups');
    await db.run("INSERT INTO labels SELECT * FROM recorded.main.labels WHERE origin NOT IN ('column', 'option')");
    if (indicators) {
      for (const table of ['indicators', 'feeds']) await db.run(`INSERT INTO ${table} FROM recorded.main.${table}`);
      await db.run("INSERT INTO provenance SELECT * FROM recorded.main.provenance WHERE key = 'feeds'");
    }
  } finally {
    await db.run('DETACH recorded');
  }
}

function optionsOf(parts: RerunParts): AnalysisOptions {
  const { configuration, detectionPaths, models, feeds } = parts;
  const { detectionPaths: _paths, models: kinds, modules, feeds: _feeds, ...rest } = configuration;
  return {
    ...defaultOptions,
    ...rest,
    modules,
    detectionPaths,
    feeds,
    asnDb: ownFile('--asn-db', configuration.asnDb, parts.asnDb),
    geoipDb: ownFile('--geoip-db', configuration.geoipDb, parts.geoipDb),
    models: Object.fromEntries((kinds ?? []).map((kind) => [kind, models[kind] ?? ''])),
  };
}

/** A database of the user's own is used again when the run used one; it has to be given again. */
function ownFile(flag: string, recorded: 'own' | undefined, given: string | undefined): string | undefined {
  if (recorded === undefined) return undefined;
  if (given === undefined) throw usageError(`the run used a database of its own: say where it is with ${flag} FILE`);
  return given;
}
