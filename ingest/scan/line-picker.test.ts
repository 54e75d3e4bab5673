import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinePicker } from './line-picker.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lines-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function picked(text: string, wanted: readonly number[]): (string | undefined)[] {
  writeFileSync(join(dir, 'f'), text);
  const picker = new LinePicker(join(dir, 'f'));
  try {
    return wanted.map((n) => {
      const found = picker.pick(n);
      return found && `${found.line}:${found.text}`;
    });
  } finally {
    picker.close();
  }
}

describe('LinePicker', () => {
  it('counts lines that are not blank and gives their true numbers', () => {
    expect(picked('a\n\n \t\r\nb\r\nc', [1, 2, 3, 4])).toEqual(['1:a', '4:b', '5:c', undefined]);
    expect(picked('\n\na\n', [1, 2])).toEqual(['3:a', undefined]);
  });

  it('skips lines and joins what lies across chunks', () => {
    const long = 'x'.repeat(2_500_000);
    expect(picked(`1\n${long}\n3\n`, [2, 3])).toEqual([`2:${long}`, '3:3']);
  });
});
