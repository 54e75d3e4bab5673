import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../../cli/errors.js';
import { writeWhole } from '../../cli/write-file.js';
import { skeleton } from './skeleton.js';

/**
 * Makes the folder of a new detection: a rule that works, to be changed.
 * @param parent where the folder goes
 * @returns path of the folder
 * @throws CliError for an id that is none, or a folder that is there
 */
export function newDetection(id: string, parent = '.'): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) throw usageError(`${id}: an id is lower-case words joined by hyphens`);
  const folder = join(parent, id);
  if (existsSync(folder)) throw usageError(`${folder}: is there already`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(skeleton(id))) writeWhole(join(folder, name), text);
  return folder;
}
