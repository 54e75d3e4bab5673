import type { DecodeOptions, Decoder } from './decode/decoder.js';
import type { DissectorFactory, DissectRow, DissectTable } from './dissect/dissector.js';
import type { FlowCounters, FlowOptions } from './flow/flows.js';
import type { ColumnBatch } from './output/columns.js';
import type { CaptureRefused, Problem } from './read/problems.js';
import type { StreamLimits } from './stream/streams.js';

/** Options of `readCapture`. */
export interface ReadOptions extends FlowOptions, DecodeOptions {
  /** Dissectors to run (see `loadDissectors`); none: flows only. */
  dissectors?: readonly DissectorFactory[];
  hashFiles?: boolean;
  streams?: StreamLimits;
  /** BPF filter expression, compiled with tcpdump. */
  filter?: string;
  /** uid of a flow, or of a tunnel without a flow (`row` starts with `t` then). Default: from `seed`. */
  uid?: (file: number, row: number | string) => string;
  /** Stands in for the capture id in uids when `uid` is not given; one for all files, or one for each. */
  seed?: string | readonly string[];
  /** Row of the first flow of each file (default 0). */
  firstRow?: number;
  /** Give out packet offsets per flow (default true). */
  packetIndex?: boolean;
  communitySeed?: number;
  /** Rows per batch (default 8192). */
  batchRows?: number;
  /** The bytes of each file as given, before decompression, for hashing in the same pass. */
  rawBytes?: (file: number, chunk: Uint8Array) => void;
  /** Told after every chunk of input: bytes read so far (decompressed), packets so far. */
  progress?: (bytes: number, packets: number) => void;
}

/** Where batches go; a returned promise holds the reading until it is settled. */
export interface CaptureSink {
  /** Finished flows, in order of their ends; columns as in `FlowRows`. */
  flows(batch: ColumnBatch): void | Promise<void>;
  /** A file begins: its number, and the number of flows before it. */
  begin?(file: number, flows: number): void | Promise<void>;
  /** A record of a dissector or of the decoder; it names its flow by uid. */
  record?(table: DissectTable, row: DissectRow): void;
  /** Called after each chunk of input: records that have gathered may be written. */
  written?(): void | Promise<void>;
  /** Packet offsets per flow. */
  packetIndex?(batch: ColumnBatch): void | Promise<void>;
}

/** What was read of one file. */
export interface FileSummary {
  path: string;
  packets: number;
  /** Flows whose first packet is in this file. */
  flows: number;
  /** Bytes after decompression. */
  bytes: number;
  /** Microseconds since the epoch, undefined without packets. */
  firstTs: number | undefined;
  lastTs: number | undefined;
  linkTypes: number[];
  /** Set when the file is no capture that can be read. */
  refused: CaptureRefused | undefined;
}

/** Counters of a run. */
export interface ReadResult {
  packets: number;
  /** Packets that the filter dropped. */
  filtered: number;
  capturedBytes: number;
  flows: number;
  records: number;
  files: FileSummary[];
  problems: Problem[];
  decode: Decoder['counters'];
  fragments: Decoder['fragments']['counters'];
  flow: FlowCounters;
}
