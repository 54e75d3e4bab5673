import { PacketFilter } from './bpf/compile.js';
import { decodeArp } from './decode/arp.js';
import { Decoder, type DecoderListener } from './decode/decoder.js';
import { type Frame, NO_PARENT } from './decode/frame.js';
import { LINK_TYPES } from './decode/link.js';
import type { TunnelType } from './decode/tunnels.js';
import type { DissectRow, DissectTable } from './dissect/dissector.js';
import { DissectSession } from './dissect/session.js';
import { type FlowListener, Flows } from './flow/flows.js';
import { D_LAST, D_PARENT, D_SERIAL, I_ADDR, I_PORTS, STRIDE_D, STRIDE_I } from './flow/layout.js';
import type { Ended } from './flow/lifetimes.js';
import type { WeirdName } from './flow/weirds.js';
import { PacketIndex } from './index/packet-index.js';
import type { CaptureSink, FileSummary, ReadOptions } from './options.js';
import { addressText } from './output/address.js';
import type { ColumnBatch } from './output/columns.js';
import { FlowRows } from './output/flow-rows.js';
import { UidWriter } from './output/uid.js';
import type { PacketHandler } from './read/parser.js';
import { CaptureRefused, Problems } from './read/problems.js';
import { Streams } from './stream/streams.js';

/** Rows in `weird` per kind of packets without a flow. */
const MAX_ODD_PACKETS = 100;

/** Packets of several interfaces come a little out of order; more than this (microseconds) is worth a word. */
const STEP_BACK = 60e6;

/** One run over a series of captures: connects decoder, flows, dissectors and output. */
export class CaptureRun implements PacketHandler, FlowListener, DecoderListener {
  readonly flows: Flows;
  readonly decoder: Decoder;
  readonly problems = new Problems();
  readonly files: FileSummary[] = [];
  readonly rows: FlowRows;
  private readonly openRows: FlowRows;
  readonly index: PacketIndex | undefined;
  readonly queue: (() => void | Promise<void>)[] = [];
  packets = 0;
  filtered = 0;
  capturedBytes = 0;
  records = 0;
  private readonly session: DissectSession | undefined;
  private readonly streams: Streams;
  private readonly filter: PacketFilter | undefined;
  private readonly ownUid: ReadOptions['uid'];
  private readonly seed: string | readonly string[];
  private readonly firstRow: number;
  private readonly uidWriters: UidWriter[] = [];
  /** Serial of the first flow of each file. */
  private readonly firstSerial: number[] = [];
  private readonly tunnelTypes = new Map<number, TunnelType>();
  private readonly batchRows: number;
  private readonly oddPackets = new Map<string, number>();
  private linkSeen = -1;
  /** Time of the packet that came last, which need not be the newest: microseconds since the epoch, 0 before the first. */
  lastTs = 0;

  constructor(
    options: ReadOptions,
    private readonly sink: CaptureSink,
  ) {
    this.ownUid = options.uid;
    this.seed = options.seed ?? '';
    this.firstRow = options.firstRow ?? 0;
    this.flows = new Flows(this, options);
    this.decoder = new Decoder(this.flows, this, {
      ...options,
      enforceChecksums: options.enforceChecksums ?? options.checksums === 'enforce',
    });
    this.rows = new FlowRows(options.communitySeed);
    this.openRows = new FlowRows(options.communitySeed);
    this.index = (options.packetIndex ?? true) && sink.packetIndex ? new PacketIndex() : undefined;
    this.batchRows = options.batchRows ?? 8192;
    this.filter = options.filter === undefined ? undefined : new PacketFilter(options.filter);
    if (options.dissectors && sink.record) {
      const out = { emit: (table: DissectTable, row: DissectRow) => this.emit(table, row) };
      this.session = new DissectSession(out, options.dissectors, { hashFiles: options.hashFiles ?? false });
    }
    const uid = (serial: number): string => this.uidOfSerial(serial);
    this.streams = new Streams(() => this.flows.table, this.session, uid, options.streams);
  }

  begin(path: string): FileSummary {
    const summary: FileSummary = {
      path,
      packets: 0,
      flows: 0,
      bytes: 0,
      firstTs: undefined,
      lastTs: undefined,
      linkTypes: [],
      refused: undefined,
    };
    this.files.push(summary);
    this.firstSerial.push(this.flows.started);
    this.linkSeen = -1;
    return summary;
  }

  /** The current file is over. */
  finishFile(): void {
    const file = this.files.at(-1)!;
    file.flows = this.flows.started - this.firstSerial.at(-1)!;
    this.takeIndex();
    if (file.packets > 0 && !file.linkTypes.some((type) => LINK_TYPES.has(type))) {
      const types = file.linkTypes.join(', ');
      throw new CaptureRefused('unsupported-linktype', `${file.path}: link type ${types} not supported`);
    }
  }

  packet(
    buf: Uint8Array,
    start: number,
    capLen: number,
    wireLen: number,
    ts: number,
    linkType: number,
    offset: number,
  ): void {
    const file = this.files.at(-1)!;
    file.packets++;
    this.packets++;
    this.capturedBytes += capLen;
    if (file.firstTs === undefined || ts < file.firstTs) file.firstTs = ts;
    if (file.lastTs === undefined || ts > file.lastTs) file.lastTs = ts;
    if (ts < this.lastTs - STEP_BACK && this.lastTs > 0) this.stepsBack(ts, offset);
    this.lastTs = ts;
    if (linkType !== this.linkSeen) this.link(file, linkType, offset);
    if (this.filter && LINK_TYPES.has(linkType) && !this.filter.matches(linkType, buf, start, capLen, wireLen)) {
      this.filtered++;
      return;
    }
    this.decoder.packet(buf, start, capLen, ts, linkType, offset);
  }

  flowStarted(_f: number, proto: number): number {
    return this.streams.slotFor(proto);
  }

  datagram(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void {
    this.streams.data(slot, f, dir, ts, buf, start, end);
  }

  streamData(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void {
    this.streams.data(slot, f, dir, ts, buf, start, end);
  }

  streamGap(slot: number, f: number, dir: number, _ts: number, bytes: number): void {
    this.streams.gap(slot, f, dir, bytes);
  }

  flowEnded(f: number, ended: Ended): void {
    const t = this.flows.table;
    const serial = t.d[f * STRIDE_D + D_SERIAL]!;
    const last = t.d[f * STRIDE_D + D_LAST]!;
    let service = this.streams.end(f, last);
    const type = this.tunnelTypes.size > 0 ? this.tunnelTypes.get(serial) : undefined;
    if (type) {
      service ??= type.toLowerCase();
      if (this.decoder.endTunnel(serial)) this.emit('tunnel', this.tunnelRow(type, f, serial, last, 'Tunnel::CLOSE'));
      this.tunnelTypes.delete(serial);
    }
    const { file, row } = this.locate(serial);
    const uid = this.streams.lastUid ?? (this.ownUid ? this.ownUid(file, row) : this.uidWriter(file));
    this.rows.add(t, f, ended, { file, row, uid, service, tunnelParents: this.parentsOf(f) });
    if (this.rows.length >= this.batchRows) this.takeRows();
  }

  packetOfFlow(f: number, offset: number): void {
    if (!this.index) return;
    this.index.add(this.flows.table.d[f * STRIDE_D + D_SERIAL]!, offset);
    if (this.index.full) this.takeIndex();
  }

  arp(frame: Frame): void {
    if (!this.sink.record) return;
    const record = decodeArp(frame);
    if (record) this.emit('arp', { ...record });
  }

  carrier(type: TunnelType, serial: number): void {
    this.tunnelTypes.set(serial, type);
  }

  tunnel(type: TunnelType, flow: number, id: number, frame: Frame): void {
    this.emit('tunnel', this.tunnelRow(type, flow, id, frame.ts, 'Tunnel::DISCOVER', frame));
  }

  weird(f: number, name: WeirdName): void {
    const t = this.flows.table;
    const r = f * STRIDE_I;
    this.emit('weird', {
      ts: this.lastTs,
      uid: this.uidOfSerial(t.d[f * STRIDE_D + D_SERIAL]!),
      orig_h: addressText(t.i, r + I_ADDR),
      orig_p: t.i[r + I_PORTS]! >>> 16,
      resp_h: addressText(t.i, r + I_ADDR + 4),
      resp_p: t.i[r + I_PORTS]! & 0xffff,
      name,
    });
  }

  oddPacket(name: string, frame: Frame): void {
    const count = (this.oddPackets.get(name) ?? 0) + 1;
    this.oddPackets.set(name, count);
    // A broken or hostile capture may consist of these; the counters have them all.
    if (count > MAX_ODD_PACKETS) return;
    const known = name !== 'invalid_IP_header_size';
    this.emit('weird', {
      ts: frame.ts,
      orig_h: known ? addressText(frame.addr, 0) : undefined,
      resp_h: known ? addressText(frame.addr, 4) : undefined,
      name,
    });
  }

  /** Rows of the flows that are still open, as they stand (`ended` open); they go on. Undefined when there are none. */
  snapshot(): ColumnBatch | undefined {
    const open = this.flows.lifetimes.remaining();
    if (open.length === 0) return undefined;
    const t = this.flows.table;
    for (const f of open) {
      const { file, row } = this.locate(t.d[f * STRIDE_D + D_SERIAL]!);
      const uid = this.ownUid ? this.ownUid(file, row) : this.uidWriter(file);
      const service = this.streams.serviceOf(f);
      this.openRows.add(t, f, 'open', { file, row, uid, service, tunnelParents: this.parentsOf(f) });
    }
    return this.openRows.take();
  }

  /** Finished flows so far are handed out at the next drain, however few they are. */
  takeFinished(): void {
    this.takeRows();
    this.takeIndex();
  }

  /** After the last flow: what is still open. */
  end(): void {
    this.session?.finish(this.lastTs);
    this.takeRows();
  }

  /** Hand out what is ready. */
  async drain(): Promise<void> {
    for (const give of this.queue.splice(0)) await give();
    await this.sink.written?.();
  }

  private takeRows(): void {
    if (this.rows.length === 0) return;
    const batch = this.rows.take();
    this.queue.push(() => this.sink.flows(batch));
  }

  private takeIndex(): void {
    if (!this.index || this.index.length === 0) return;
    const batch = this.index.take(this.files.length - 1, (serial) => this.locate(serial));
    this.queue.push(() => this.sink.packetIndex?.(batch));
  }

  private emit(table: DissectTable, row: DissectRow): void {
    if (!this.sink.record) return;
    this.records++;
    this.sink.record(table, row);
  }

  private stepsBack(ts: number, offset: number): void {
    const seconds = Math.round((this.lastTs - ts) / 1e6);
    this.problems.add('time-steps-back', this.files.length - 1, offset, `by ${seconds} seconds`);
  }

  private link(file: FileSummary, linkType: number, offset: number): void {
    this.linkSeen = linkType;
    if (file.linkTypes.includes(linkType)) return;
    file.linkTypes.push(linkType);
    if (!LINK_TYPES.has(linkType)) {
      this.problems.add('unsupported-linktype', this.files.length - 1, offset, `link type ${linkType}`);
    }
  }

  private locate(serial: number): { file: number; row: number } {
    let file = this.firstSerial.length - 1;
    while (file > 0 && this.firstSerial[file]! > serial) file--;
    return { file, row: serial - this.firstSerial[file]! + this.firstRow };
  }

  private uidWriter(file: number): UidWriter {
    let writer = this.uidWriters[file];
    if (!writer) {
      const { seed } = this;
      writer = new UidWriter(typeof seed !== 'string' ? seed[file]! : file === 0 ? seed : `${seed}/${file}`);
      this.uidWriters[file] = writer;
    }
    return writer;
  }

  private uidOf(file: number, row: number | string): string {
    return this.ownUid ? this.ownUid(file, row) : this.uidWriter(file).text(row);
  }

  private uidOfSerial(serial: number): string {
    if (serial < 0) return this.uidOf(0, `t${-1 - serial}`);
    const { file, row } = this.locate(serial);
    return this.uidOf(file, row);
  }

  private parentsOf(f: number): string[] | undefined {
    const list = this.flows.encapsulations.of(f);
    if (list) return list.filter((serial) => serial !== NO_PARENT).map((serial) => this.uidOfSerial(serial));
    const parent = this.flows.table.d[f * STRIDE_D + D_PARENT]!;
    return parent === NO_PARENT ? undefined : [this.uidOfSerial(parent)];
  }

  private tunnelRow(type: TunnelType, flow: number, id: number, ts: number, action: string, frame?: Frame): DissectRow {
    const t = this.flows.table;
    const words = flow >= 0 ? t.i : frame!.addr;
    const at = flow >= 0 ? flow * STRIDE_I + I_ADDR : 0;
    const ports = flow >= 0 ? t.i[flow * STRIDE_I + I_PORTS]! : 0;
    return {
      ts,
      uid: this.uidOfSerial(id),
      orig_h: addressText(words, at),
      orig_p: ports >>> 16,
      resp_h: addressText(words, at + 4),
      resp_p: ports & 0xffff,
      tunnel_type: `Tunnel::${type}`,
      action,
    };
  }
}
