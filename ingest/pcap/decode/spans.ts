/** Which bytes of a message are there, as runs that do not touch: what comes again costs nothing. */
export class Spans {
  /** Start and end of each run, in order. */
  private readonly ends: number[] = [];

  /** The bytes `[from, to)` are there, `from < to`. */
  add(from: number, to: number): void {
    const { ends } = this;
    // Of the runs that touch the new one, the first and the one behind the last.
    let low = 0;
    let high = ends.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle * 2 + 1]! < from) low = middle + 1;
      else high = middle;
    }
    let after = low;
    while (after * 2 < ends.length && ends[after * 2]! <= to) after++;
    if (after === low) ends.splice(low * 2, 0, from, to);
    else {
      const start = Math.min(from, ends[low * 2]!);
      const end = Math.max(to, ends[after * 2 - 1]!);
      ends.splice(low * 2, (after - low) * 2, start, end);
    }
  }

  /** True when all bytes before `length` are there. */
  reach(length: number): boolean {
    return this.ends[0] === 0 && this.ends[1]! >= length;
  }
}
