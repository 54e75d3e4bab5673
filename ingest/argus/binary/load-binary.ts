import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../../../cli/errors.js';
import { fileStartText } from '../../delimited/file-start.js';
import type { LoadContext } from '../../reader.js';
import { argusHeader } from '../header.js';
import { type LoadedArgus, loadArgusText } from '../load-text.js';
import { runRa } from './ra.js';
import { argusVersion, countRecords, type RecordCount } from './records.js';

/** Loads a binary Argus file through `ra`; management records are left out, damage is said. */
export async function loadArgusBinary(context: LoadContext): Promise<LoadedArgus> {
  const { file } = context;
  const version = argusVersion(file.head.bytes);
  const counted = countRecords(file.plainPath);
  if (counted.cutAt !== undefined) {
    const reason = `record cut off or damaged; ${counted.bytes - counted.cutAt} bytes from here on not read`;
    context.reject({ place: `offset ${counted.cutAt}`, reason });
    context.warn(`damaged at byte ${counted.cutAt}: records before it are read`);
  }
  const folder = mkdtempSync(join(context.store.tempDir, 'ra-'));
  try {
    const output = await runRa(file.plainPath, folder, ['-', 'not', 'man']);
    if (output.stats.lines === 0) {
      // Version 3 is the one whose record lengths are known here.
      if (counted.flows > 0 || (counted.cutAt !== undefined && version !== 3))
        throw unreadable(context, counted, output.errors);
      return { flows: 0, arp: 0, rejected: 0 };
    }
    const header = argusHeader(fileStartText(output.path));
    if (!header || header.guessed) throw inputError(`${file.head.name}: 'ra' printed something else than flow records`);
    const printed = output.stats.lines - 1;
    if (printed < counted.flows) {
      context.reject({ place: 'file', reason: `'ra' printed ${printed} of ${counted.flows} flow records` });
      context.warn(`'ra' printed ${printed} of ${counted.flows} flow records`);
    }
    return await loadArgusText(context, output.path, output.stats, header);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unreadable(context: LoadContext, counted: RecordCount, errors: string): Error {
  const said = errors.trim().split('\n')[0];
  return inputError(
    `${context.file.head.name}: 'ra' printed none of ${counted.flows} records${said ? ` (${said})` : ''}; ` +
      'the file is damaged or of a newer Argus than this ra: install the argus-client of that version',
  );
}
