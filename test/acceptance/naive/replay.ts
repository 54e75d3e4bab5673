import type { DissectRow, DissectTable, FlowContext, RecordEmitter } from '../../../ingest/pcap/dissect/dissector.js';
import { FlowFeed } from '../../../ingest/pcap/dissect/feed.js';
import { loadDissectors } from '../../../ingest/pcap/dissect/registry.js';
import { DissectSession } from '../../../ingest/pcap/dissect/session.js';
import { checksumOk } from './checksum.js';
import { Defragmenter } from './ip.js';
import { network, readFrames } from './packets.js';
import { NaiveStream } from './stream.js';

/** Services of one flow. */
export interface ReplayedFlow extends FlowContext {
  readonly service: string | undefined;
}

/** Everything the dissectors said about a capture. */
export interface Replayed {
  readonly rows: Record<DissectTable, DissectRow[]>;
  readonly flows: ReplayedFlow[];
}

const LIKELY_SERVERS = new Set([
  21, 22, 25, 53, 80, 110, 143, 389, 443, 445, 587, 853, 993, 995, 3128, 3306, 3389, 5060, 5353, 5432, 6379, 6667, 8000,
  8080, 8443,
]);
const UDP_TIMEOUT = 60e6;

interface Live {
  flow: FlowContext;
  feed: FlowFeed;
  last: number;
  orig: NaiveStream;
  resp: NaiveStream;
  fins: number;
  dead: boolean;
}

const factories = await loadDissectors();

/** Feeds a capture to the dissectors with the simplest possible flow engine; for tests only. */
export function replay(path: string, { hashFiles = false, checksums = false } = {}): Replayed {
  const rows: Record<string, DissectRow[]> = {};
  for (const table of [
    'dns',
    'http',
    'ssl',
    'x509',
    'ssh',
    'files',
    'smtp',
    'ftp',
    'dhcp',
    'arp',
    'software',
    'tunnel',
    'weird',
  ])
    rows[table] = [];
  const out: RecordEmitter = { emit: (table, row) => void rows[table]!.push(row) };
  const session = new DissectSession(out, factories, { hashFiles });
  const live = new Map<string, Live>();
  const flows: ReplayedFlow[] = [];
  const joiner = new Defragmenter();
  let made = 0;
  let now = 0;

  const finish = (entry: Live) => {
    entry.orig.finish(entry.last);
    entry.resp.finish(entry.last);
    entry.feed.end(entry.last);
    flows.push({ ...entry.flow, service: entry.feed.service });
  };

  const open = (ts: number, proto: 'tcp' | 'udp', src: string, sport: number, dst: string, dport: number): Live => {
    const flow: FlowContext = { uid: `C${++made}`, orig_h: src, orig_p: sport, resp_h: dst, resp_p: dport, proto };
    const feed = new FlowFeed(flow, session);
    const entry: Live = { flow, feed, last: ts, orig: undefined!, resp: undefined!, fins: 0, dead: false };
    const sink = (fromOrig: boolean) => ({
      data: (at: number, bytes: Uint8Array) => feed.data(fromOrig, at, bytes, 0, bytes.length),
      gap: (bytes: number) => feed.gap(fromOrig, bytes),
    });
    entry.orig = new NaiveStream(sink(true));
    entry.resp = new NaiveStream(sink(false));
    return entry;
  };

  for (const frame of readFrames(path)) {
    now = Math.max(now, frame.ts);
    const layer = network(frame);
    if (layer === undefined || (layer.type !== 0x0800 && layer.type !== 0x86dd)) continue;
    const packet = joiner.packet(frame.bytes, layer.at);
    if (packet === undefined || (packet.proto !== 6 && packet.proto !== 17) || packet.bytes.length < 8) continue;
    if (checksums && !checksumOk(packet)) continue;
    const { src, dst, bytes: b } = packet;
    const sport = (b[0]! << 8) | b[1]!;
    const dport = (b[2]! << 8) | b[3]!;
    const proto = packet.proto === 6 ? 'tcp' : 'udp';
    const forward = `${proto} ${src} ${sport} ${dst} ${dport}`;
    const backward = `${proto} ${dst} ${dport} ${src} ${sport}`;
    const key = live.has(backward) ? backward : forward;
    let entry = live.get(key);
    const flags = proto === 'tcp' ? b[13]! : 0;
    const fresh = entry !== undefined && (flags & 0x12) === 2 && entry.dead;
    if (entry !== undefined && (fresh || (proto === 'udp' && frame.ts - entry.last > UDP_TIMEOUT))) {
      finish(entry);
      live.delete(key);
      entry = undefined;
    }
    if (entry === undefined) {
      const swap =
        proto === 'tcp'
          ? (flags & 0x12) === 0x12 || ((flags & 2) === 0 && LIKELY_SERVERS.has(sport) && !LIKELY_SERVERS.has(dport))
          : LIKELY_SERVERS.has(sport) && !LIKELY_SERVERS.has(dport);
      entry = swap ? open(frame.ts, proto, dst, dport, src, sport) : open(frame.ts, proto, src, sport, dst, dport);
      live.set(swap ? backward : forward, entry);
    }
    entry.last = frame.ts;
    const fromOrig = entry.flow.orig_h === src && entry.flow.orig_p === sport;
    if (proto === 'udp') {
      const size = Math.min(b.length, Math.max(8, (b[4]! << 8) | b[5]!));
      if (entry.feed.active) entry.feed.data(fromOrig, frame.ts, b, 8, size);
      continue;
    }
    const stream = fromOrig ? entry.orig : entry.resp;
    const other = fromOrig ? entry.resp : entry.orig;
    const seq = ((b[4]! << 24) | (b[5]! << 16) | (b[6]! << 8) | b[7]!) >>> 0;
    const ack = ((b[8]! << 24) | (b[9]! << 16) | (b[10]! << 8) | b[11]!) >>> 0;
    if (flags & 2) stream.syn(seq);
    const payload = b.subarray(Math.min(b.length, (b[12]! >> 4) * 4));
    if (payload.length > 0) stream.segment(frame.ts, flags & 2 ? (seq + 1) >>> 0 : seq, payload);
    if (flags & 1) stream.fin((seq + payload.length) >>> 0);
    if (flags & 0x10) other.acked(frame.ts, ack);
    if (flags & 5) entry.dead = true;
  }
  for (const entry of live.values()) finish(entry);
  session.finish(now);
  return { rows: rows as Record<DissectTable, DissectRow[]>, flows };
}
