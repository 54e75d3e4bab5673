/** Larger records than libpcap itself accepts are taken for garbage. */
export const MAX_RECORD_BYTES = 262144;

/** What is known of a pcap file from its header. */
export interface PcapLayout {
  readonly little: boolean;
  readonly nanos: boolean;
  /** Bytes of a record header that the magic number stands for. */
  readonly header: number;
}

/**
 * Record headers of libpcaps that put more behind the four usual words (interface, protocol, kind of packet): Nokia's,
 * Kuznetzov's, and a later patch. Some write the magic number of the plain format.
 */
const HEADERS = [16, 20, 24, 28];
/** Seconds. */
const DAY = 86400;

/**
 * How long the record headers of a file are, by looking at its first two: the length that the magic number stands for,
 * unless no packet can follow there and one clearly follows at another length. `need` is what has to be there for a
 * certain answer; with less the answer is the best that can be said.
 * @param pos where the first record begins
 */
export function recordHeader(
  view: DataView,
  pos: number,
  end: number,
  layout: PcapLayout,
): { header: number; need: number } {
  const usual = { header: layout.header, need: layout.header };
  if (pos + 16 > end) return { ...usual, need: 16 };
  const length = view.getUint32(pos + 8, layout.little);
  if (length > MAX_RECORD_BYTES) return usual;
  const seconds = view.getUint32(pos, layout.little);
  const follows = (header: number): boolean => {
    const next = pos + header + length;
    if (next + 16 > end || !isRecord(view, next, layout)) return false;
    // Packets of the plain format may be any time apart; another one has to be told by more.
    return header === layout.header || Math.abs(view.getUint32(next, layout.little) - seconds) <= DAY;
  };
  const need = Math.max(...HEADERS) + length + 16;
  if (follows(layout.header)) return usual;
  // The only packet of a file may lie there whole.
  if (pos + layout.header + length === end) return { ...usual, need };
  return { header: HEADERS.find(follows) ?? layout.header, need };
}

/** Whether a record may begin here: lengths and a fraction of a second that can be. */
function isRecord(view: DataView, at: number, { little, nanos }: PcapLayout): boolean {
  const length = view.getUint32(at + 8, little);
  return (
    view.getUint32(at + 4, little) < (nanos ? 1e9 : 1e6) &&
    length > 0 &&
    length <= MAX_RECORD_BYTES &&
    length <= view.getUint32(at + 12, little)
  );
}
