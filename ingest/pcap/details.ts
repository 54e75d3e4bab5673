import { plural } from '../../cli/terminal.js';
import type { ReadResult } from './options.js';

/** What was counted while a capture was read. */
export interface Counted {
  readonly packets: number;
  readonly filtered: number;
  readonly capturedBytes: number;
  readonly decode: Readonly<Record<string, number>>;
  readonly fragments: Readonly<Record<string, number>>;
  readonly flow: Readonly<Record<string, number>>;
}

/** The counters of a stream as they are now. */
export function counted(result: ReadResult): Counted {
  const { packets, filtered, capturedBytes } = result;
  return {
    packets,
    filtered,
    capturedBytes,
    decode: { ...result.decode },
    fragments: { ...result.fragments },
    flow: { ...result.flow },
  };
}

/** What was counted between two times. */
export function since(now: Counted, before: Counted): Counted {
  return {
    packets: now.packets - before.packets,
    filtered: now.filtered - before.filtered,
    capturedBytes: now.capturedBytes - before.capturedBytes,
    decode: minus(now.decode, before.decode),
    fragments: minus(now.fragments, before.fragments),
    flow: minus(now.flow, before.flow),
  };
}

/** Facts about a capture for `captures.details`: counters that are zero are left out. */
export function captureDetails(counters: Counted, file: ReadResult['files'][number]): Record<string, unknown> {
  return {
    packets: counters.packets,
    ...(counters.filtered > 0 ? { filtered: counters.filtered } : {}),
    captured_bytes: counters.capturedBytes,
    link_types: file.linkTypes,
    flows: file.flows,
    // Filled in when all rows are there.
    tables: {},
    decode: present(counters.decode),
    fragments: present(counters.fragments),
    flow: present(counters.flow),
  };
}

/**
 * Why none of a capture's packets belongs to a flow; undefined when some do, or there are none.
 * @param enforced packets with wrong checksums were left out
 */
export function withoutFlows(counters: Counted, enforced: boolean): string | undefined {
  const { packets, filtered, decode, fragments, flow } = counters;
  const inFlows = flow.tcp! + flow.udp! + flow.icmp! + flow.other!;
  if (packets === 0 || inFlows > 0) return undefined;
  const reasons: readonly (readonly [number, string])[] = [
    [filtered, 'left out by --bpf'],
    [decode.notIp!, 'without IP'],
    [decode.arp!, 'of ARP'],
    [decode.badIp!, 'with an IP header that is cut or wrong'],
    [enforced ? decode.badIpChecksums! : 0, 'with a wrong IP checksum'],
    [fragments.fragments!, 'of fragments without the rest'],
    [flow.truncatedHeaders!, 'with a transport header that is cut'],
  ];
  const found = reasons.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return `no flow in ${plural(packets, 'packet')}: ${found.join(', ') || 'no protocol that has flows'}`;
}

function minus(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(now).map(([name, n]) => [name, n - before[name]!]));
}

/** Names as in the tables, without counters that counted nothing. */
function present(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), n]),
  );
}
