import type { CaseStore } from '../../../ingest/case/case-store.js';
import { sourceOf } from '../case-source.js';
import { CaseConsole } from '../console.js';
import { layout } from '../layout.js';
import { painter } from '../paint.js';

export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  readonly colour?: boolean;
}

/** A console on a terminal that is not there. */
export interface Driven {
  readonly state: CaseConsole;
  readonly copied: string[];
  readonly left: () => boolean;
  /** The screen after these keys, once all is read. */
  after(...keys: string[]): Promise<string>;
}

export async function drive(store: CaseStore, terminal: Terminal = {}): Promise<Driven> {
  const { columns = 110, rows = 34, colour = false } = terminal;
  const copied: string[] = [];
  let left = false;
  const state = new CaseConsole(sourceOf(store), {
    detections: () => [],
    copy: (t) => copied.push(t),
    quit: () => {
      left = true;
    },
    settle: 0,
  });
  await state.start();
  const screen = (): string => layout(state, columns, rows, painter(colour)).join('\n');
  const rest = async (): Promise<string> => {
    while (state.busy) await new Promise((r) => setTimeout(r, 2));
    return screen();
  };
  return {
    state,
    copied,
    left: () => left,
    async after(...keys) {
      await rest();
      for (const key of keys) {
        state.key(key);
        await rest();
      }
      return screen();
    },
  };
}
