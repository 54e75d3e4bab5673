import { Box, Text, useInput, useStdout } from 'ink';
import { type ReactNode, useEffect, useReducer } from 'react';
import type { CaseConsole } from './console.js';
import { keyNames } from './keys.js';
import { layout } from './layout.js';
import type { Paint } from './paint.js';

/** The console in a terminal: one text per pane, drawn again when the state or the size changes. */
export function App({ state, paint }: { readonly state: CaseConsole; readonly paint: Paint }): ReactNode {
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
  const frame = layout(state, stdout.columns || 80, stdout.rows || 24, paint);
  if (frame.kind === 'small') return <Text>{frame.text}</Text>;
  if (frame.kind === 'full') {
    return (
      <Box flexDirection="column">
        {frame.panes.map((text, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: panes of a screen keep their places
          <Text key={i}>{text}</Text>
        ))}
        <Text wrap="truncate">{frame.bar}</Text>
      </Box>
    );
  }
  return (
    <Box flexDirection="column">
      <Box>
        <Text>{frame.tree}</Text>
        <Box flexDirection="column">
          {frame.right.map((text, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: panes of a screen keep their places
            <Text key={i}>{text}</Text>
          ))}
        </Box>
      </Box>
      <Text wrap="truncate">{frame.bar}</Text>
    </Box>
  );
}
