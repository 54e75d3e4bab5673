import { expect, it } from 'vitest';
import { PaintedScreen } from './painted.js';

interface Terminal {
  columns: number;
  rows: number;
  written: string[];
  write(text: string): boolean;
}

const terminal = (): Terminal => ({
  columns: 20,
  rows: 3,
  written: [],
  write(text) {
    this.written.push(text);
    return true;
  },
});
const screenOn = (t: Terminal): PaintedScreen => new PaintedScreen(t as unknown as NodeJS.WriteStream);

it('sends the lines that changed, and nothing when none did', () => {
  const t = terminal();
  const screen = screenOn(t);
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', '2', 'three']);
  screen.draw(['one', '2', 'three']);
  expect(t.written).toEqual([
    '\x1b[2J\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo\x1b[3;1H\x1b[2Kthree',
    '\x1b[2;1H\x1b[2K2',
  ]);
});
it('empties the lines that a shorter frame leaves', () => {
  const t = terminal();
  const screen = screenOn(t);
  screen.draw(['one', 'two']);
  screen.draw(['one']);
  expect(t.written[1]).toBe('\x1b[2;1H\x1b[2K');
});
it('draws all again in a terminal of another size, and never touches what was there before', () => {
  const t = terminal();
  const screen = screenOn(t);
  screen.draw(['one']);
  t.columns = 30;
  screen.draw(['one']);
  expect(t.written[1]).toBe('\x1b[2J\x1b[1;1H\x1b[2Kone');
  expect(t.written.join('')).not.toContain('\x1b[3J');
});
it('gives ink its size, not its say', async () => {
  const t = terminal();
  const screen = screenOn(t);
  const stream = screen.stream();
  expect(stream.columns).toBe(20);
  await new Promise<void>((done) => void stream.write('\x1b[3J', () => done()));
  screen.silence();
  screen.draw(['one']);
  expect(t.written).toEqual([]);
});
