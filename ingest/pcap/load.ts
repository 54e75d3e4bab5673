import { inputError, usageError } from '../../cli/errors.js';
import { labelAll } from '../delimited/label-all.js';
import type { LoadContext, LoadResult } from '../reader.js';
import { FilterError } from './bpf/compile.js';
import { CaseSink } from './case-sink.js';
import { captureDetails } from './details.js';
import { loadDissectors } from './dissect/registry.js';
import { readCapture } from './engine.js';
import { captureFields } from './fields.js';
import { DEFAULT_TIMEOUTS } from './flow/timeouts.js';
import type { ReadResult } from './options.js';
import { reportProblems } from './problem-reports.js';
import { CaptureRefused } from './read/problems.js';

/**
 * Reads one capture file into the case. `records` of the result are its flows; its packets are in the details.
 * @throws CliError when the file is no capture that can be read, or the filter is wrong
 */
export async function loadCaptureFile(context: LoadContext): Promise<LoadResult> {
  const { store, captureId, sourceId, flowBase, options, file } = context;
  const sink = new CaseSink(store.db, captureId, sourceId, flowBase);
  // One row group at a time comes in: more threads of DuckDB would only wait for each other.
  await store.setThreads(1);
  let result: ReadResult;
  try {
    result = await readCapture(
      [file.plainPath],
      {
        seed: captureId,
        firstRow: 1,
        dissectors: await loadDissectors(),
        ...(options.bpf === undefined ? {} : { filter: options.bpf }),
        timeouts: { ...DEFAULT_TIMEOUTS, tcpInactivity: options.tcpInactivity ?? DEFAULT_TIMEOUTS.tcpInactivity },
        progress: (_bytes, packets) => context.progress(packets),
      },
      sink,
    );
  } catch (error) {
    sink.close(false);
    if (error instanceof CaptureRefused) throw inputError(error.message.replace(`${file.plainPath}: `, ''));
    if (error instanceof FilterError) throw usageError(`--bpf: ${error.message}`);
    throw error;
  }
  await sink.finish();
  await store.setThreads();
  const counts = sink.counts;
  reportProblems(context, result.problems);
  if (options.label !== undefined) await labelAll(context, options.label);
  return {
    records: result.flows,
    tables: [...counts.keys()],
    fields: captureFields(),
    details: captureDetails(result, counts),
  };
}
