import { I_WEIRDS, STRIDE_I } from './layout.js';
import type { FlowTable } from './table.js';

/** Zeek's names of what can be odd about a connection; each is reported once per flow. */
export const WEIRD = [
  'SYN_seq_jump',
  'SYN_inside_connection',
  'SYN_after_close',
  'SYN_after_reset',
  'SYN_after_partial',
  'FIN_after_reset',
  'FIN_advanced_last_seq',
  'data_after_reset',
  'data_before_established',
  'inappropriate_FIN',
  'spontaneous_FIN',
  'spontaneous_RST',
  'bad_SYN_ack',
  'simultaneous_open',
  'unsolicited_SYN_response',
  'connection_originator_SYN_ack',
  'repeated_SYN_with_ack',
  'possible_split_routing',
  'TCP_seq_underflow_or_misorder',
  'TCP_ack_underflow_or_misorder',
  'above_hole_data_without_any_acks',
  'active_connection_reuse',
  'premature_connection_reuse',
  'bad_TCP_header_len',
  'bad_TCP_checksum',
  'bad_UDP_checksum',
  'bad_ICMP_checksum',
  'UDP_datagram_length_mismatch',
] as const;

export type WeirdName = (typeof WEIRD)[number];

const BIT: Readonly<Record<WeirdName, number>> = Object.fromEntries(WEIRD.map((name, k) => [name, 1 << k])) as Record<
  WeirdName,
  number
>;

/** Reports oddities of flows, each kind once per flow. */
export class Weirds {
  constructor(
    private readonly table: FlowTable,
    private readonly report: ((f: number, name: WeirdName) => void) | undefined,
  ) {}

  add(f: number, name: WeirdName): void {
    if (!this.report) return;
    const at = f * STRIDE_I + I_WEIRDS;
    const bit = BIT[name];
    if ((this.table.i[at]! & bit) !== 0) return;
    this.table.i[at]! |= bit;
    this.report(f, name);
  }
}
