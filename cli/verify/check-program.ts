import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Detection } from '../../analysis/detection/definition.js';
import { folderFeeds, knownFeeds } from '../../analysis/intel/sources.js';
import { configurationSchema, type RecordedConfiguration } from '../../analysis/options-schema.js';
import { shippedFolder } from '../../models/registry.js';
import { sha256, sha256File } from '../hash-file.js';
import { programFiles, ruleFiles, versions } from '../program-files.js';
import { compareMaps, type Difference } from './difference.js';
import type { Manifest } from './read-manifest.js';

/** What the hash of the modules is called. */
const CODE = 'code (the modules of dist)';

/** Version, packages, modules and every file of the program that decides results. */
export function checkProgram(manifest: Manifest): Difference[] {
  const { slipstream, packages } = versions();
  return [
    ...compareMaps('program', { slipstream: manifest.slipstream }, { slipstream }),
    ...compareMaps('package', manifest.packages, packages),
    ...compareMaps('program', manifest.program, programFiles(), (file) => (file === 'code' ? CODE : file)),
  ];
}

/** Every file of every rule; rules that are new or gone. */
export function checkRules(manifest: Manifest, installed: readonly Detection[]): Difference[] {
  const recorded = new Map(manifest.detections.map((d) => [d.detection, d]));
  const out: Difference[] = [];
  for (const d of manifest.detections) {
    const rule = installed.find((i) => i.id === d.detection);
    if (rule) out.push(...compareMaps('rule', d.files, ruleFiles(rule.folder), (file) => `${d.detection}/${file}`));
    else {
      const detail = 'not installed here; rules of your own are found with --config FILE';
      out.push({ kind: 'rule', name: d.detection, problem: 'missing', detail });
    }
  }
  for (const rule of installed) {
    if (!recorded.has(rule.id)) out.push({ kind: 'rule', name: rule.id, problem: 'added' });
  }
  return out;
}

/** The files of each model that scored the case. `own`: folders of models that do not ship, by kind. */
export function checkModels(manifest: Manifest, own: Readonly<Record<string, string>>): Difference[] {
  return manifest.models.flatMap((m): Difference[] => {
    const folder = m.model === 'shipped' ? shippedFolder(m.module) : own[m.module];
    const missing = { kind: 'model', name: m.module, problem: 'missing' } as const;
    if (folder === undefined) return [{ ...missing, detail: `say where it is with --model ${m.module}=DIR` }];
    const recorded = { ...m.files, 'card.json': m.sha256 };
    const found: Record<string, string> = {};
    for (const name of Object.keys(recorded)) {
      const path = join(folder, name);
      if (existsSync(path)) found[name] = sha256File(path);
    }
    if (Object.keys(found).length === 0) return [{ ...missing, detail: `not in ${folder}` }];
    return compareMaps('model', recorded, found, (file) => `${m.module}/${file}`);
  });
}

/**
 * The data of each feed that was used. Where a feed is not to be found, its indicators are in the case: `replay` says
 * that they have to be taken from there, which is no difference.
 * @param folder a folder of feeds; undefined: none is known
 */
export function checkFeeds(
  manifest: Manifest,
  folder: string | undefined,
): { readonly differences: readonly Difference[]; readonly replay: boolean } {
  const present = folder !== undefined && existsSync(folder);
  const sources = [...knownFeeds().filter((f) => f.shipped), ...(present ? folderFeeds(folder) : [])];
  const paths = new Map(sources.map((s) => [s.id, s.path]));
  const recorded: Record<string, string> = {};
  const found: Record<string, string> = {};
  let replay = false;
  for (const { feed, sha256: hash } of manifest.feeds) {
    const path = paths.get(feed);
    if (path === undefined && !present) replay = true;
    else recorded[feed] = hash;
    if (path !== undefined) found[feed] = sha256File(path);
  }
  return { differences: compareMaps('feed', recorded, found), replay };
}

/** The configuration of the run, checked: what it says, and that its hash is the recorded one. */
export function checkConfiguration(manifest: Manifest): {
  readonly configuration: RecordedConfiguration | undefined;
  readonly differences: readonly Difference[];
} {
  const text = manifest.provenance.configuration ?? '';
  const recorded = manifest.provenance.configuration_sha256 ?? '';
  const name = 'configuration';
  if (sha256(text) !== recorded) {
    const difference = { kind: 'configuration', name, problem: 'changed', recorded, found: sha256(text) } as const;
    return { configuration: undefined, differences: [difference] };
  }
  try {
    return { configuration: configurationSchema.parse(JSON.parse(text)), differences: [] };
  } catch {
    const detail = 'not a configuration that this version of slipstream knows';
    return {
      configuration: undefined,
      differences: [{ kind: 'configuration', name, problem: 'unreadable', detail }],
    };
  }
}
