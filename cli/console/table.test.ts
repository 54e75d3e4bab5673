import { describe, expect, it } from 'vitest';
import { painter } from './paint.js';
import { moved, START, type TableModel, tableLines } from './table.js';
import { width } from './text.js';

const model: TableModel = {
  title: 'T',
  columns: [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'what', grows: true, most: 400 }],
  rows: Array.from({ length: 10_000 }, (_, i) => ({ cells: [`row ${i}`, String(i * 7), 'long text '.repeat(20)] })),
  empty: 'none',
};

describe('a table', () => {
  it('fills its place exactly and marks the chosen row without colour', () => {
    const lines = tableLines(model, { row: 501, top: 500 }, 60, 5, true, painter(false));
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(width(line)).toBe(60);
    expect(lines.map((l) => l[0])).toEqual([' ', '›', ' ', ' ', ' ']);
    expect(lines[1]).toContain('row 501');
  });
  it('shows below the chosen row what did not fit, in the table that has the keys only', () => {
    const text = 'long text '.repeat(20).trim();
    const at = (row: number, lines: number, focused = true): string[] =>
      tableLines(model, { row, top: 500 }, 60, lines, focused, painter(false));
    const whole = (lines: readonly string[]): string =>
      lines
        .filter((l) => l.startsWith('    '))
        .join(' ')
        .replace(/\s+/g, ' ')
        .trim();
    expect(whole(at(501, 9))).toBe(text);
    expect(whole(at(507, 9))).toBe(text);
    expect(at(507, 9).some((l) => l.startsWith('› row 507'))).toBe(true);
    expect(whole(at(501, 9, false))).toBe('');
  });
  it('leaves dispensable columns out where there is no room, and says them below the chosen row', () => {
    const wide: TableModel = {
      title: 'W',
      columns: [
        { title: 'host' },
        { title: 'letters', grows: true },
        { title: 'AS', spare: 1 },
        { title: 'geo', spare: 2 },
      ],
      rows: [{ cells: ['192.0.2.1', 'a.b.c.'.repeat(10), 'Example Networks', 'CZ'] }],
      empty: 'none',
    };
    const shown = (columns: number): string => tableLines(wide, START, columns, 5, true, painter(false)).join('\n');
    expect(shown(100)).toMatch(/host +letters +AS +geo/);
    expect(shown(56)).toMatch(/host +letters +AS *\n/);
    expect(shown(56)).toContain('geo CZ');
    expect(shown(45)).toMatch(/host +letters *\n/);
    expect(shown(45).replace(/\s+/g, ' ')).toContain('AS Example Networks · geo CZ');
  });
  it('colours cells, and the chosen row as a whole', () => {
    const rows = [{ cells: ['a', '1', 'x'], tones: ['muted', undefined, 'alert'] as const }];
    const lines = (focused: boolean): string[] => tableLines({ ...model, rows }, START, 20, 3, focused, painter(true));
    expect(lines(false)[1]).toMatch(/\x1b\[90ma.*\x1b\[1;31mx/);
    expect(lines(true)[1]).toMatch(/^\x1b\[7m› a/);
  });
  it('keeps every column when there is little room', () => {
    const [head] = tableLines(model, START, 24, 3, false, painter(false));
    expect(head).toMatch(/na.*n.*w/);
  });
  it('says what is empty', () => {
    expect(tableLines({ ...model, rows: [] }, START, 20, 3, true, painter(false))).toEqual(['none'.padEnd(20)]);
  });
});

describe('moving', () => {
  it('keeps the chosen row in sight and inside', () => {
    expect(moved(START, -1, 10, 4)).toEqual({ row: 0, top: 0 });
    expect(moved(START, 5, 10, 4)).toEqual({ row: 5, top: 2 });
    expect(moved({ row: 5, top: 2 }, 1e9, 10, 4)).toEqual({ row: 9, top: 6 });
    expect(moved({ row: 9, top: 6 }, -1e9, 10, 4)).toEqual({ row: 0, top: 0 });
    expect(moved({ row: 9, top: 6 }, 0, 3, 4)).toEqual({ row: 2, top: 0 });
    expect(moved(START, 1, 0, 4)).toEqual({ row: 0, top: 0 });
  });
});
