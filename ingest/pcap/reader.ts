import type { Reader } from '../reader.js';
import type { FileHead } from '../scan/file-head.js';
import { loadCaptureFile } from './load.js';
import { isCaptureMagic } from './read/parser.js';

/** Packet captures, pcap and pcapng, plain or compressed. */
export const reader: Reader = {
  kind: 'pcap',
  grouping: 'folder',
  text: false,
  continues: false,
  recognise,
  load: loadCaptureFile,
};

function recognise(head: FileHead): string | undefined {
  const { bytes } = head;
  if (!isCaptureMagic(bytes)) return undefined;
  return bytes[0] === 0x0a ? 'pcapng capture' : 'pcap capture';
}
