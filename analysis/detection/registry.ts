import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';
import { type DataTable, type Detection, definitionSchema } from './definition.js';

/** The project's own detections. */
export const builtinFolder = (): string => asset('analysis', 'detections');

/**
 * All detections of the project and of the user's folders, sorted by id.
 * @throws CliError naming file, line and column of what is wrong
 */
export function loadDetections(userPaths: readonly string[] = []): Detection[] {
  const out = new Map<string, Detection>();
  for (const base of [builtinFolder(), ...userPaths]) {
    if (!existsSync(base) || !statSync(base).isDirectory()) throw usageError(`${base}: no such folder of detections`);
    const folders = existsSync(join(base, 'detection.yaml'))
      ? [base]
      : readdirSync(base)
          .sort()
          .map((name) => join(base, name))
          .filter((folder) => existsSync(join(folder, 'detection.yaml')));
    for (const folder of folders) {
      const detection = readDetection(folder);
      const other = out.get(detection.id);
      if (other) throw usageError(`${folder}: the id ${detection.id} is taken by ${other.folder}`);
      out.set(detection.id, detection);
    }
  }
  return [...out.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Reads one detection folder. */
export function readDetection(folder: string): Detection {
  const definition = parseYaml(join(folder, 'detection.yaml'), definitionSchema);
  const sqlFile = join(folder, 'detection.sql');
  if (!existsSync(sqlFile)) throw usageError(`${folder}: detection.sql is missing`);
  const flowsFile = join(folder, 'flows.sql');
  const data = dataTables(folder);
  return {
    ...definition,
    folder,
    ...(data.length === 0 ? {} : { data }),
    sql: readFileSync(sqlFile, 'utf8'),
    flowsSql: existsSync(flowsFile) ? readFileSync(flowsFile, 'utf8') : undefined,
  };
}

/** `data/*.csv` of a detection folder. */
function dataTables(folder: string): DataTable[] {
  const base = join(folder, 'data');
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .sort()
    .filter((file) => file.endsWith('.csv'))
    .map((file) => {
      const path = join(base, file);
      const name = file.slice(0, -4);
      if (!/^[a-z][a-z0-9_]*$/.test(name)) throw usageError(`${path}: the name is lower-case letters, digits and _`);
      return { name, path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
    });
}
