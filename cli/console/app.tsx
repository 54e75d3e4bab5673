import { useInput, useStdout } from 'ink';
import { type ReactNode, useEffect, useLayoutEffect, useReducer } from 'react';
import type { CaseConsole } from './console.js';
import { keyNames } from './keys.js';
import { layout } from './layout.js';
import type { Paint } from './paint.js';

/**
 * The console in a terminal: drawn again when the state or the size changes. The frame goes to `draw` as lines: ink's own
 * renderer would take every character apart and measure it.
 */
export function App({
  state,
  paint,
  draw,
}: {
  readonly state: CaseConsole;
  readonly paint: Paint;
  readonly draw: (lines: readonly string[]) => void;
}): ReactNode {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const { stdout } = useStdout();
  useEffect(() => {
    state.onChange = redraw;
    stdout.on('resize', redraw);
    return () => {
      state.onChange = () => undefined;
      stdout.off('resize', redraw);
    };
  }, [state, stdout]);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) state.key(name);
  });
  useLayoutEffect(() => {
    draw(layout(state, stdout.columns || 80, stdout.rows || 24, paint));
  });
  return null;
}
