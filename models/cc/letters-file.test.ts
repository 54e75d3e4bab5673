import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanLetters, hostOf, isLettersFile, readLettersFile } from './letters-file.js';

const folder = mkdtempSync(join(tmpdir(), 'slipstream-lettersfile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (text: string): string => {
  const path = join(folder, 'letters.tsv');
  writeFileSync(path, text);
  return path;
};

describe('files of letters', () => {
  it('reads a table, whatever the order of its columns', () => {
    const path = file(
      'letters\ttuple4\tlabel\n11.a.a.\t\x1b[36m10.0.0.1-192.0.2.1-80-tcp\x1b[0m\tFrom-Botnet-TCP-HTTP-CC.Dridex-1\n',
    );
    expect(isLettersFile(path)).toBe(true);
    expect(readLettersFile(path)).toEqual({
      rows: [{ label: 1, letters: '11.a.a.', host: '10.0.0.1', proto: 'tcp', families: ['dridex'] }],
      skipped: {},
    });
  });

  it('reads the older rows with bars', () => {
    const path = file(' | From-Normal-TCP-HTTP--1 | 10.0.0.1-192.0.2.1-80-tcp | 11,a, \n');
    expect(isLettersFile(path)).toBe(true);
    expect(readLettersFile(path).rows).toEqual([
      { label: 0, letters: '11,a,', host: '10.0.0.1', proto: 'tcp', families: [] },
    ]);
  });

  it('takes the class from the words of the label before that of the column beside it', () => {
    const path = file(
      'label\tclass\ttuple4\tletters\nFrom-Malware-TCP-Other-CC.njRAT-1\tnormal\tx\taaaaa\nsomething\tbenign\tx\taaaaa\nsomething\t\tx\taaaaa\n',
    );
    const { rows, skipped } = readLettersFile(path);
    expect(rows.map((r) => r.label)).toEqual([1, 0]);
    expect(skipped).toEqual({ 'no class in the label': 1 });
  });

  it('counts what holds other characters', () => {
    const path = file('label\tclass\tletters\nFrom-Botnet\t\tp -\nFrom-Botnet\t\t11.<script>\n');
    expect(readLettersFile(path)).toEqual({ rows: [], skipped: { 'a character that is no letter': 2 } });
  });

  it('is no other log', () => {
    expect(isLettersFile(file('#separator \\x09\n#fields\tts\tuid\n'))).toBe(false);
    expect(isLettersFile(file('a|b|c|d\n'))).toBe(false);
    expect(isLettersFile(join(folder, 'missing'))).toBe(false);
  });

  it('keeps the first of several time characters', () => {
    expect(cleanLetters('99+i+i+.')).toBe('99+i+i+');
    expect(cleanLetters('0000R*')).toBe('0000R*');
    expect(cleanLetters('')).toBeUndefined();
  });

  it('finds the host behind what is left of terminal colours', () => {
    expect(
      ['\x1b[10.0.0.1-8.8.8.8-53-udp', '^[[10.0.0.1-8.8.8.8-53-udp', '\x1b[36m10.0.0.1-8.8.8.8-53-udp'].map(hostOf),
    ).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1']);
    expect(hostOf('2001:DB8::1-2001:db8::2-443-tcp')).toBe('2001:db8::1');
    expect(hostOf('asdf')).toBeUndefined();
  });
});
