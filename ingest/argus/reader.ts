import { inputError } from '../../cli/errors.js';
import { fileStart } from '../delimited/file-start.js';
import { labelAll } from '../delimited/label-all.js';
import type { LoadContext, LoadResult, Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { loadArgusBinary } from './binary/load-binary.js';
import { argusVersion } from './binary/records.js';
import { argusHeader } from './header.js';
import { type LoadedArgus, loadArgusText } from './load-text.js';

const FLOW_FIELDS = [
  'duration',
  'orig_pkts',
  'resp_pkts',
  'orig_ip_bytes',
  'resp_ip_bytes',
  'orig_size',
  'resp_size',
  'established',
  'outcome',
  'orientation',
  'source_state',
].map((f) => `flows.${f}`);

/** Argus flow records: text as `ra` prints it (comma or TAB), or binary through `ra`. */
export const reader: Reader = {
  kind: 'argus',
  grouping: 'file',
  text: true,
  continues: false,

  recognise(head: FileHead): string | undefined {
    const version = argusVersion(head.bytes);
    if (version !== undefined) return `Argus ${version}, binary`;
    if (!head.isText) return undefined;
    const header = argusHeader(head.text);
    if (!header) return undefined;
    return `Argus text, ${header.delimiter === '\t' ? 'TAB' : 'comma'}${header.guessed ? ', no header' : ''}`;
  },

  async load(context: LoadContext): Promise<LoadResult> {
    const head = fileStart(context.file.plainPath);
    const binary = argusVersion(head) !== undefined;
    const loaded = binary ? await loadArgusBinary(context) : await loadText(context, head);
    if (context.options.label !== undefined) await labelAll(context, context.options.label);
    const tables = [...(loaded.flows > 0 ? ['flows'] : []), ...(loaded.arp > 0 ? ['arp'] : [])];
    return {
      records: loaded.flows + loaded.arp,
      tables,
      fields: [...FLOW_FIELDS, ...(binary ? ['flows.orig_l2_addr', 'flows.resp_l2_addr', 'flows.vlan'] : [])],
      details: { bytes_basis: 'frame-derived' },
    };
  },
};

async function loadText(context: LoadContext, head: Uint8Array): Promise<LoadedArgus> {
  const header = argusHeader(new TextDecoder('utf-8').decode(head));
  if (!header) throw inputError(`${context.file.head.name}: not an Argus text file`);
  if (header.guessed) context.warn(`no header line: read as ${header.columns.join(', ')}`);
  if (!header.fields.has('srcPkts') && !header.fields.has('dstPkts')) {
    context.warn('no packets by direction: sizes are bytes of frames, not of IP packets');
  }
  return loadArgusText(context, context.file.plainPath, context.file.stats!, header);
}
