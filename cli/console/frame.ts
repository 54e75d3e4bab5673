import { cell } from './cells.js';
import type { Paint } from './paint.js';
import { clip, pad, width } from './text.js';

/**
 * Lines in a box, exactly `columns` by `rows`. The title of the pane that has the keys is marked, so that it shows without
 * colour too.
 */
export function box(
  title: string,
  lines: readonly string[],
  columns: number,
  rows: number,
  focused: boolean,
  paint: Paint,
): string[] {
  const inner = columns - 2;
  const mark = focused ? '● ' : '';
  const name = clip(`${mark}${cell(title)}`, Math.max(0, inner - 4));
  const bar = (text: string): string => paint(focused ? 'key' : 'muted', text);
  const top =
    bar('┌─ ') + paint(focused ? 'key' : 'title', name) + bar(` ${'─'.repeat(Math.max(0, inner - 3 - width(name)))}┐`);
  const body = Array.from({ length: rows - 2 }, (_, i) => `${bar('│')}${lines[i] ?? pad('', inner)}${bar('│')}`);
  return [top, ...body, bar(`└${'─'.repeat(inner)}┘`)];
}
