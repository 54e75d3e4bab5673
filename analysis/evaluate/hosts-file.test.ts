import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.js';
import { type HostRow, readHostsFile, rowsOf } from './hosts-file.js';

const folder = tempDir('hosts');
const file = (text: string): string => {
  const path = join(folder, 'hosts.tsv');
  writeFileSync(path, text);
  return path;
};

describe('a hosts file', () => {
  it('is read by its header, in any order of columns', () => {
    const path = file('Role\tcapture\thost\tnote\r\ninfected\ta/b\t10.0.0.5\tx\r\n\r\n# no row\nbenign\t*\t*\n');
    expect(readHostsFile(path)).toEqual([
      { capture: 'a/b', host: '10.0.0.5', role: 'infected' },
      { capture: '*', host: '*', role: 'benign' },
    ]);
  });
  it.each([
    ['host\trole\n', /line 1 needs the columns capture, host, role/],
    ['capture\thost\trole\na\t10.0.0.5\tevil\n', /line 2: the role is infected, attacked, benign/],
    ['capture\thost\trole\na\t\tbenign\n', /line 2: no host/],
  ])('says what is wrong: %j', (text, message) => {
    expect(() => readHostsFile(file(text))).toThrow(message);
  });
  it('has to be there', () => {
    expect(() => readHostsFile(join(folder, 'none.tsv'))).toThrow(/no such file/);
  });
});

describe('rows of an input', () => {
  const row = (capture: string): HostRow => ({ capture, host: '*', role: 'benign' });
  it.each([
    ['/data/labelled/zeek/008/data', 'labelled/zeek/008/data', true],
    ['/data/labelled/zeek/008', 'labelled/zeek/008/data', true],
    ['/data/labelled/zeek/0080', 'labelled/zeek/008', false],
    ['/data/labelled/zeek/008', 'zeek/009', false],
    ['/data/x.pcap', 'x.pcap', true],
    ['/data/ax.pcap', 'x.pcap', false],
    ['/data/x.pcap', '*', true],
    ['/data/x.pcap', '', true],
  ])('%s, capture %s: %s', (input, capture, expected) => {
    expect(rowsOf([row(capture)], input)).toHaveLength(expected ? 1 : 0);
  });
});
