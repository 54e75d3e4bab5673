/**
 * Layout of one flow in the flow table: a record of fixed size seen through three typed arrays over one buffer, so
 * that a packet touches few cache lines. Names starting with I_, D_ and B_ are indexes into the 32-bit, 64-bit and
 * 8-bit view, relative to the start of the record. `+ dir` means one value per direction (0 originator, 1 responder).
 */
export const STRIDE_BYTES = 320;
export const STRIDE_I = STRIDE_BYTES / 4;
export const STRIDE_D = STRIDE_BYTES / 8;

/** Hash of the key. */
export const I_HASH = 0;
/** Originator's, then responder's address, 4 words each. */
export const I_ADDR = 1;
/** Originator's port << 16 | responder's port. */
export const I_PORTS = 9;
/** IP protocol number. */
export const I_PROTO = 10;
/** FLAG_ bits. */
export const I_FLAGS = 11;
/** Packets, + dir. */
export const I_PKTS = 12;
/** History letters already given: HIST_ bits, the responder's shifted by 16. */
export const I_HIST_MASK = 14;
/** TCP endpoint state + dir, then the state before it + dir. */
export const B_STATE = 60;
export const B_PREV = 62;

/** Time of the first and the last packet, microseconds. */
export const D_FIRST = 8;
export const D_LAST = 9;
/** IP bytes, + dir. */
export const D_IP_BYTES = 10;
/** Not TCP: payload bytes, + dir; -1 when no packet was seen in this direction. */
export const D_BYTES = 12;
/** TCP: next byte to be delivered in stream order, relative to the initial sequence number, + dir. */
export const D_NEXT = 12;
/** TCP: stream position acknowledged, + dir. */
export const D_TRIM = 14;

/** TCP sequence numbers, + dir. */
export const I_START_SEQ = 32;
export const I_LAST_SEQ = 34;
export const I_ACK_SEQ = 36;
export const I_SEQ_WRAPS = 38;
export const I_ACK_WRAPS = 40;
/** Stream position of the FIN, + dir; 0 before a FIN. */
export const D_FIN_SEQ = 21;
/** Bytes missing in the stream. */
export const D_MISSED = 23;
/** Time at which the flow is removed whatever happens, 0 = none. */
export const D_KILL_AT = 24;
/** Number of the flow in order of first packets. */
export const D_SERIAL = 25;
/** Serial of the encapsulating flow, negative for tunnels without a flow, NO_PARENT for none. */
export const D_PARENT = 26;
/** Counters of the letters C, T, W, G, 2 * kind + dir. */
export const I_COUNTERS = 54;
/** Relative sequence number of the last SYN, FIN, RST, 2 * kind + dir. */
export const I_LAST_FLAG = 62;
/** VLAN | inner VLAN << 16. */
export const I_VLAN = 68;
/** Links of the timer wheel. */
export const I_BUCKET_PREV = 69;
export const I_BUCKET_NEXT = 70;
export const I_BUCKET = 71;
/** Slot in the stream manager, -1 when nothing is interested in the payload. */
export const I_STREAM = 72;
export const B_HIST_LEN = 292;
export const B_TUNNEL_CHANGES = 293;
/** Originator's, then responder's hardware address. */
export const B_MAC = 294;
export const B_HIST = 306;
/** Oddities already reported, in the last four bytes. */
export const I_WEIRDS = STRIDE_I - 1;
export const HIST_MAX = STRIDE_BYTES - 4 - B_HIST;

/** The reverse direction is another flow (ICMP messages without a counterpart). */
export const FLAG_ONE_WAY = 1;
/** Originator and responder were exchanged. */
export const FLAG_FLIPPED = 2;
/** TCP connection whose beginning was not seen. */
export const FLAG_PARTIAL = 4;
export const FLAG_CLOSE_DEFERRED = 8;
/** << dir */
export const FLAG_SEEN = 16;
/** << dir: reassembly given up. */
export const FLAG_SKIP = 64;
/** << dir */
export const FLAG_CLOSED = 256;
/** << dir */
export const FLAG_EOF = 1024;
/** << dir: a FIN was seen. */
export const FLAG_FIN = 4096;
/** << dir: out-of-order segments are held. */
export const FLAG_BLOCKS = 16384;
/** Hardware addresses are known. */
export const FLAG_MAC = 65536;
/** The record is in use. */
export const FLAG_LIVE = 131072;
/** More than one encapsulation was seen. */
export const FLAG_PARENTS = 262144;
/** The originator's SYN was not seen. */
export const FLAG_MIDSTREAM = 524288;

export const HIST_SYN = 1;
export const HIST_FIN = 2;
export const HIST_RST = 4;
export const HIST_DATA = 8;
export const HIST_ACK = 16;
export const HIST_MULTI = 32;
export const HIST_FIN_RST = 64;
export const HIST_UNKNOWN = 128;

export const COUNT_CHECKSUM = 0;
export const COUNT_RETRANSMIT = 1;
export const COUNT_ZERO_WINDOW = 2;
export const COUNT_GAP = 3;

/** TCP endpoint states. */
export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
export const PARTIAL = 3;
export const ESTABLISHED = 4;
export const CLOSED = 5;
export const RESET = 6;
