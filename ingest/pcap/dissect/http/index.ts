import { latin1 } from '../bytes.js';
import type { DissectorFactory, FlowContext, Probe } from '../dissector.js';
import { HttpDissector } from './connection.js';

const METHODS =
  /^[\r\n]*(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|REPORT|VERSION-CONTROL|CHECKOUT|CHECKIN|MKWORKSPACE|MERGE|SUBSCRIBE|UNSUBSCRIBE|NOTIFY|POLL|BMOVE|BCOPY|BDELETE|BPROPFIND|BPROPPATCH|RPC_IN_DATA|RPC_OUT_DATA|QUERY|PURGE|LINK|UNLINK)[ \t]/;
const OTHER = /^[\r\n]*[A-Za-z_-]{3,24}[ \t]+[^\r\n]*HTTP\/\d\.\d\s*$/;

function probe(_fromOrig: boolean, buf: Uint8Array, start: number, end: number, _flow: FlowContext): Probe {
  const head = latin1(buf, start, Math.min(end, start + 2048));
  if (/^HTTP\/[01]\.\d /.test(head)) return 'yes';
  if (head.length < 9 && 'HTTP/1.1 '.startsWith(head)) return 'more';
  const line = /^[\r\n]*([^\r\n]*)[\r\n]/.exec(head)?.[1];
  if (line === undefined) {
    const likely = /^[\r\n]*[A-Za-z_-]{1,24}(?:[ \t]|$)/.test(head);
    if (head.length >= 2048) return METHODS.test(head) ? 'yes' : 'no';
    return likely ? 'more' : 'no';
  }
  if (/ (?:RTSP|SIP|HTTP)\/[2-9]?\d?\.\d\s*$/.test(line) && !/ HTTP\/[01]\.\d\s*$/.test(line)) return 'no';
  if (METHODS.test(`${line} `)) return 'yes';
  return OTHER.test(line) ? 'yes' : 'no';
}

/** HTTP/1. */
export const dissector: DissectorFactory = {
  name: 'http',
  transport: 'tcp',
  order: 20,
  probe,
  create: (flow, _out, session) => new HttpDissector(flow, session),
};
