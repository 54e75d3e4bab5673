/** A segment that arrived before the data in front of it. Positions are relative to the initial sequence number. */
export interface Block {
  start: number;
  end: number;
  /** The payload, or undefined when it is not kept (nobody reads this stream, or the budget is used up). */
  data: Uint8Array | undefined;
}

/** More separate segments than this in one direction: the stream is given up. */
const MAX_BLOCKS = 512;

/** Segments waiting for a hole to be filled, per flow direction, with a common budget for their payload. */
export class OutOfOrder {
  private readonly lists = new Map<number, Block[]>();
  private held = 0;

  /** @param budget bytes of payload that may be held over all flows */
  constructor(private readonly budget: number) {}

  /** Segments of a direction (`flow * 2 + dir`), in order, not overlapping. */
  get(key: number): Block[] | undefined {
    return this.lists.get(key);
  }

  /** Last position that any held segment covers. */
  reach(key: number): number {
    const list = this.lists.get(key);
    return list && list.length > 0 ? list[list.length - 1]!.end : 0;
  }

  /** Hold what is new of a segment; where segments overlap, the first copy stays. False when there are too many. */
  insert(key: number, start: number, end: number, payload: Uint8Array | undefined): boolean {
    let list = this.lists.get(key);
    if (!list) {
      list = [];
      this.lists.set(key, list);
    }
    let at = list.length;
    while (at > 0 && list[at - 1]!.end > start) at--;
    let from = start;
    while (from < end) {
      const next = list[at];
      if (next && next.start <= from) {
        from = Math.max(from, next.end);
        at++;
        continue;
      }
      const to = next ? Math.min(end, next.start) : end;
      let data: Uint8Array | undefined;
      if (payload && payload.length >= to - start && this.held + to - from <= this.budget) {
        data = payload.slice(from - start, to - start);
        this.held += data.length;
      }
      list.splice(at, 0, { start: from, end: to, data });
      at++;
      from = to;
    }
    return list.length <= MAX_BLOCKS;
  }

  /** Take the first segment away. */
  shift(key: number): void {
    const list = this.lists.get(key)!;
    const block = list.shift()!;
    if (block.data) this.held -= block.data.length;
    if (list.length === 0) this.lists.delete(key);
  }

  /** Forget a direction. */
  clear(key: number): void {
    const list = this.lists.get(key);
    if (!list) return;
    for (const block of list) if (block.data) this.held -= block.data.length;
    this.lists.delete(key);
  }

  /** Exchange the two directions of a flow. */
  swap(flow: number): void {
    const a = this.lists.get(flow * 2);
    const b = this.lists.get(flow * 2 + 1);
    this.lists.delete(flow * 2);
    this.lists.delete(flow * 2 + 1);
    if (a) this.lists.set(flow * 2 + 1, a);
    if (b) this.lists.set(flow * 2, b);
  }
}
