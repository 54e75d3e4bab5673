import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../../cli/errors.js';
import { fileStartText } from '../delimited/file-start.js';
import type { LoadContext } from '../reader.js';
import { type LoadedNfdump, loadNfdumpText } from './load-text.js';
import { printedLayout, runNfdump } from './run-nfdump.js';

/** True for both versions of nfdump's files (magic 0xA50C, either byte order). */
export const isNfdumpFile = (head: Uint8Array): boolean =>
  (head[0] === 0x0c && head[1] === 0xa5) || (head[0] === 0xa5 && head[1] === 0x0c);

/** Loads a binary nfdump file through `nfdump -b`. */
export async function loadNfdumpBinary(context: LoadContext): Promise<LoadedNfdump> {
  const { name } = context.file.head;
  const folder = mkdtempSync(join(context.store.tempDir, 'nfdump-'));
  try {
    const output = await runNfdump(context.file.plainPath, folder);
    // Exit code 0 even when the file cannot be read: what it says on stderr counts.
    const said = output.errors
      .split('\n')
      .map((l) => l.replace(/^Open file '?input'?: /, '').trim())
      .find((l) => l !== '');
    const none = output.stats.lines === 0 || /^No matching flows/.test(fileStartText(output.path));
    if (none && (said !== undefined || output.status !== 0)) {
      throw inputError(
        `${name}: nfdump cannot read it (${said ?? `exit ${output.status}`}); the file is damaged or cut off`,
      );
    }
    if (none) return { flows: 0, rejected: 0, oneWay: false };
    if (said !== undefined || output.status !== 0) {
      const reason = `nfdump: ${said ?? `exit ${output.status}`}`;
      context.reject({ place: 'file', reason });
      context.warn(`${reason}; the records before are read`);
    }
    return await loadNfdumpText(context, output.path, output.stats, printedLayout, { sorted: false, oneWay: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
