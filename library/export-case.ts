import { usageError } from '../cli/errors.js';
import type { ExportSummary } from '../reports/export/format.js';
import { loadFormats } from '../reports/export/registry.js';
import { runExport } from '../reports/export/run-export.js';
import { checkOptions } from '../reports/options.js';
import { type Callbacks, type ResourceOptions, settingsOf } from './options.js';

export type { ExportSummary };

/**
 * Takes a case to other tools: the command `export` as a function. The case must not be open in this process.
 * @param format `zeek`, `zeek-json`, `parquet`, `arrow`, `csv`, `stix`, `idmef` or `navigator`
 * @param output file or folder; only an earlier export of the same format is written over
 * @returns what was written, and what the format cannot hold
 * @throws SlipstreamError for an unknown format, or when the output is something else
 */
export async function exportCase(
  path: string,
  format: string,
  output: string,
  options: ResourceOptions & Callbacks & { readonly tlp?: string | undefined } = {},
): Promise<ExportSummary> {
  const formats = await loadFormats();
  const found = formats.find((f) => f.name === format);
  if (!found) throw usageError(`format ${format}: one of ${formats.map((f) => f.name).join(', ')}`);
  const { threads, memoryLimit } = settingsOf(options);
  return runExport({
    db: path,
    output,
    format: found,
    options: { tlp: checkOptions({ tlp: options.tlp }).tlp },
    resources: { threads, memoryLimit },
    progress: (step, done, total) => options.onProgress?.(step, done, total),
  });
}
