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
    expect(lines.map((l) => l[0])).toEqual([' ', ' ', '›', ' ', ' ']);
    expect(lines[2]).toContain('row 501');
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
