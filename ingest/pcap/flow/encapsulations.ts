import type { Frame } from '../decode/frame.js';
import {
  B_TUNNEL_CHANGES,
  D_PARENT,
  FLAG_PARENTS,
  HIST_UNKNOWN,
  I_FLAGS,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from './layout.js';
import type { FlowTable } from './table.js';
import { LETTER } from './tcp-history.js';

/** Changes of the encapsulation that are followed; more give the letter X. */
const MAX_CHANGES = 5;

/** The tunnels that carry a flow: nearly always one or none, which its record holds; others are kept here. */
export class Encapsulations {
  private readonly others = new Map<number, number[]>();

  constructor(private readonly table: FlowTable) {}

  /** A packet of a known flow has come. */
  seen(f: number, frame: Frame): void {
    if (this.table.d[f * STRIDE_D + D_PARENT] !== frame.parent) this.changed(f, frame.parent);
  }

  /** All tunnels of a flow by serial, in order; undefined when it has only the one of its record. */
  of(f: number): readonly number[] | undefined {
    return this.others.size === 0 ? undefined : this.others.get(f);
  }

  forget(f: number): void {
    this.others.delete(f);
  }

  private changed(f: number, parent: number): void {
    const t = this.table;
    const at = f * STRIDE_D + D_PARENT;
    const c = f * STRIDE_BYTES + B_TUNNEL_CHANGES;
    if (t.b[c]! >= MAX_CHANGES) {
      t.checkHistory(f, 0, HIST_UNKNOWN, LETTER.UNKNOWN);
      return;
    }
    t.b[c]!++;
    const list = this.others.get(f) ?? [t.d[at]!];
    t.d[at] = parent;
    if (!list.includes(parent)) list.push(parent);
    this.others.set(f, list);
    t.i[f * STRIDE_I + I_FLAGS]! |= FLAG_PARENTS;
  }
}
