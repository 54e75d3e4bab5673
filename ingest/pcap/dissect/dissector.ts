/** Record tables a dissector can write to; the columns are those of `ingest/schema/<table>.sql`. */
export type DissectTable =
  | 'dns'
  | 'http'
  | 'ssl'
  | 'x509'
  | 'ssh'
  | 'files'
  | 'smtp'
  | 'ftp'
  | 'dhcp'
  | 'arp'
  | 'software'
  | 'tunnel'
  | 'weird';

/** One record; keys are column names, absent keys are NULL. Times are microseconds since the epoch, durations seconds. */
export type DissectRow = Record<string, string | number | bigint | boolean | string[] | number[] | null | undefined>;

/** Where dissectors put their records. */
export interface RecordEmitter {
  emit(table: DissectTable, row: DissectRow): void;
}

/** What a dissector may know about the flow that feeds it. */
export interface FlowContext {
  readonly uid: string;
  readonly orig_h: string;
  readonly orig_p: number;
  readonly resp_h: string;
  readonly resp_p: number;
  readonly proto: 'tcp' | 'udp' | 'icmp' | 'sctp';
}

/** Settings of dissectors, from the command line. */
export interface DissectOptions {
  /** Compute MD5, SHA-1 and SHA-256 of transferred files. */
  readonly hashFiles: boolean;
}

/** State that spans flows (a DHCP transaction, software already reported); made on first use. */
export interface SharedState {
  /** Records that are still open when the capture ends are written. */
  finish(ts: number): void;
}

/** What all flows of one run share. The engine makes one `DissectSession` (session.ts) and feeds flows through `FlowFeed` (feed.ts). */
export interface Session {
  readonly out: RecordEmitter;
  readonly options: DissectOptions;
  /** The state that `make` creates, one per session. */
  shared<T extends SharedState>(make: (session: Session) => T): T;
  /** The next flow from `orig` (empty: anybody) to `resp`:`port` is fed to what `create` returns (FTP data). */
  expect(orig: string, resp: string, port: number, create: (flow: FlowContext) => Dissector): void;
  /** What was expected for this flow, once. */
  expected(flow: FlowContext): Dissector | undefined;
  /** A dissector that finds out by content what a stream inside the flow is (behind CONNECT or STARTTLS). */
  inner(flow: FlowContext): Dissector;
}

/**
 * A protocol parser fed by one flow: reassembled bytes for TCP, one call per datagram for UDP.
 * `buf` belongs to the caller and is reused after the call returns: copy what is kept.
 */
export interface Dissector {
  /** Zeek's service name once the protocol is confirmed, else undefined. */
  readonly service: string | undefined;
  /** False once the parser has seen all it wants (or gave up): it is not fed any more. */
  readonly active: boolean;
  /** True once everything is written: `end` has nothing more to do, and only `service` is asked for. */
  readonly over?: boolean;
  /** `ts` in microseconds since the epoch; the payload is `buf[start, end)`. */
  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void;
  /** `bytes` of the stream are missing (lost or beyond the reassembly limit). */
  gap(fromOrig: boolean, bytes: number): void;
  /** The flow is over; pending records are written. */
  end(ts: number): void;
}

/** How sure a protocol is, from the first bytes of one direction: `more` asks for more bytes. */
export type Probe = 'yes' | 'no' | 'more';

/** A folder under `dissect/` exports one of these as `dissector`. */
export interface DissectorFactory {
  readonly name: string;
  readonly transport: 'tcp' | 'udp' | 'both';
  /** Lower runs first where two protocols could claim the same bytes. */
  readonly order: number;
  probe(fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe;
  create(flow: FlowContext, out: RecordEmitter, session: Session): Dissector;
}
