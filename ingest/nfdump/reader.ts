import { inputError } from '../../cli/errors.js';
import { fileStartText } from '../delimited/file-start.js';
import { labelAll } from '../delimited/label-all.js';
import type { LoadContext, LoadResult, Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { nfdumpHeader } from './header.js';
import { isNfdumpFile, loadNfdumpBinary } from './load-binary.js';
import { type LoadedNfdump, loadNfdumpText } from './load-text.js';

const FLOW_FIELDS = ['duration', 'orig_pkts', 'orig_ip_bytes', 'orig_size', 'orientation', 'source_state'];
const ANSWER_FIELDS = ['resp_pkts', 'resp_ip_bytes', 'resp_size', 'established', 'outcome'];
const LINK_FIELDS = ['orig_l2_addr', 'resp_l2_addr', 'vlan'];

/** nfdump flow records: its binary files through `nfdump -b`, or its CSV text. */
export const reader: Reader = {
  kind: 'nfdump',
  grouping: 'file',
  text: true,
  continues: false,

  recognise(head: FileHead): string | undefined {
    if (isNfdumpFile(head.bytes)) return 'nfdump, binary';
    if (!head.isText) return undefined;
    const header = nfdumpHeader(head.text);
    return header && `nfdump CSV${header.named ? '' : ', no header'}`;
  },

  async load(context: LoadContext): Promise<LoadResult> {
    const loaded = isNfdumpFile(context.file.head.bytes) ? await loadNfdumpBinary(context) : await loadText(context);
    if (context.options.label !== undefined) await labelAll(context, context.options.label);
    return {
      records: loaded.flows,
      tables: loaded.flows > 0 ? ['flows'] : [],
      fields: [...FLOW_FIELDS, ...(loaded.oneWay ? [] : ANSWER_FIELDS), ...LINK_FIELDS].map((f) => `flows.${f}`),
      details: { bytes_basis: 'ip', ...(loaded.oneWay ? { one_way: true } : {}) },
    };
  },
};

async function loadText(context: LoadContext): Promise<LoadedNfdump> {
  const { file } = context;
  const header = nfdumpHeader(fileStartText(file.plainPath));
  if (!header) throw inputError(`${file.head.name}: not an nfdump CSV file`);
  return loadNfdumpText(context, file.plainPath, file.stats!, header, { sorted: true });
}
