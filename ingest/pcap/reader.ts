import type { Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { checkFilter, FilterError } from './bpf/compile.js';
import { filterRefused, loadCaptureFile, loadCaptureSeries } from './load.js';
import { isCaptureMagic } from './read/parser.js';
import { orderSeries } from './read/series.js';

/** Packet captures, pcap and pcapng, plain or compressed. */
export const reader: Reader = {
  kind: 'pcap',
  grouping: 'folder',
  text: false,
  continues: false,
  recognise,
  check: ({ bpf }) => {
    try {
      if (bpf !== undefined) checkFilter(bpf);
    } catch (error) {
      throw error instanceof FilterError ? filterRefused(error) : error;
    }
  },
  load: loadCaptureFile,
  series: { order: (files) => orderSeries(files, (file) => file.plainPath), load: loadCaptureSeries },
};

function recognise(head: FileHead): string | undefined {
  const { bytes } = head;
  if (!isCaptureMagic(bytes)) return undefined;
  return bytes[0] === 0x0a ? 'pcapng capture' : 'pcap capture';
}
