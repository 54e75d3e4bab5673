import { createHash } from 'node:crypto';
import type { DissectRow, FlowContext } from './dissector.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The columns every record of a flow starts with. */
export function flowRow(flow: FlowContext, ts: number): DissectRow {
  return { uid: flow.uid, ts, orig_h: flow.orig_h, orig_p: flow.orig_p, resp_h: flow.resp_h, resp_p: flow.resp_p };
}

/** Id of the `n`th file of a flow: `F` and eleven base62 characters, the same on every run. */
export function fileId(flow: FlowContext, n: number): string {
  const digest = createHash('sha256').update(`${flow.uid}/${flow.orig_h}/${flow.orig_p}/${flow.resp_p}/${n}`).digest();
  let id = 'F';
  for (let i = 0; i < 11; i++) id += BASE62[digest[i]! % 62];
  return id;
}

/** Seconds between two times in microseconds. */
export function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1e6;
}

/** The row of a tunnel that a proxy opens; many client ports are one tunnel, so there is none. */
export function tunnelRow(flow: FlowContext, ts: number, type: string): DissectRow {
  return { ...flowRow(flow, ts), orig_p: 0, tunnel_type: type, action: 'Tunnel::DISCOVER' };
}
