import type { ReadResult } from './options.js';

/** Facts about a capture for `captures.details`: counters that are zero are left out. */
export function captureDetails(result: ReadResult, tables: ReadonlyMap<string, number>): Record<string, unknown> {
  const linkTypes = result.files.flatMap((file) => file.linkTypes);
  return {
    packets: result.packets,
    ...(result.filtered > 0 ? { filtered: result.filtered } : {}),
    captured_bytes: result.capturedBytes,
    link_types: linkTypes,
    flows: result.flows,
    tables: Object.fromEntries([...tables].sort(([a], [b]) => (a < b ? -1 : 1))),
    decode: present({ ...result.decode }),
    fragments: present({ ...result.fragments }),
    flow: present({ ...result.flow }),
  };
}

/** Names as in the tables, without counters that counted nothing. */
function present(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), n]),
  );
}
