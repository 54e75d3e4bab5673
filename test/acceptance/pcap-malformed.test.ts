import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type CliRun, cli } from '../support/cli.js';

/** Broken captures made for this purpose, and those that once broke other tools. They lie beside the checkout. */
const DATA = fileURLToPath(new URL('../../../shared/data/malformed/', import.meta.url));
const present = existsSync(join(DATA, 'made', 'EXPECT.tsv'));
if (!present) console.log(`skipped: no malformed captures at ${DATA}`);

const LIMIT = 10_000;

function info(path: string): CliRun {
  const run = cli(['info', '--json', path], { timeout: LIMIT });
  expect(run.code, `${path}: ${run.stderr}`).not.toBeNull();
  expect([0, 3]).toContain(run.code);
  expect(run.stderr).not.toMatch(/\n\s+at |Error:|node:internal/);
  return run;
}

interface Row {
  packets: number;
  records: number;
  rejected: number;
  first: string | null;
}

const rowOf = (run: CliRun): Row => (JSON.parse(run.stdout) as Row[])[0]!;

/** What the words of EXPECT.tsv ask of a run; `[packets, warned]`, or a message of refusal. */
const WANTED: Readonly<Record<string, [number, boolean] | RegExp>> = {
  'pcap-empty-file.pcap': /empty file/,
  'pcap-magic-only.pcap': /header is cut/,
  'pcap-half-header.pcap': /header is cut/,
  'pcap-header-only.pcap': [0, false],
  'pcap-cut-in-record-header.pcap': [897, true],
  'pcap-cut-in-packet.pcap': [897, true],
  'pcap-bad-magic.pcap': /not a capture/,
  'pcap-caplen-4g.pcap': [897, true],
  'pcap-caplen-negative.pcap': [897, true],
  'pcap-caplen-gt-origlen.pcap': [972, true],
  'pcap-unknown-linktype.pcap': /link type 147 not supported/,
  'pcap-snaplen-zero.pcap': [897, false],
  'pcap-big-endian.pcap': [200, false],
  'pcap-nanosecond.pcap': [200, false],
  'pcap-two-concatenated.pcap': [897, true],
  'text.pcap': /not a packet capture but .*conn.*--kind zeek/,
};

describe.skipIf(!present)('made captures', () => {
  const listed = present
    ? readFileSync(join(DATA, 'made', 'EXPECT.tsv'), 'utf8')
        .split('\n')
        .map((line) => line.split('\t')[0]!)
        .filter((name) => /^pcap-|^text\.pcap/.test(name))
    : [];

  it.each(listed)('%s', (name) => {
    const run = info(join(DATA, 'made', name));
    const wanted = WANTED[name];
    if (wanted instanceof RegExp) {
      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(wanted);
    } else if (wanted) {
      expect(run.code).toBe(0);
      expect(rowOf(run).packets).toBe(wanted[0]);
      expect(run.stderr.includes('warning:')).toBe(wanted[1]);
    }
    if (name === 'pcap-gzip-truncated.pcap.gz') expect(run.stderr).toContain('gzip');
    if (name === 'pcap-all-times-zero.pcap') expect(rowOf(run).first).toMatch(/^1970-01-01/);
  });
});

describe.skipIf(!present)('captures that broke other tools', () => {
  const files = ['tcpdump', 'pcap'].flatMap((folder) =>
    present
      ? readdirSync(join(DATA, folder))
          .filter((f) => /\.pcap(ng)?$/.test(f) && statSync(join(DATA, folder, f)).size > 0)
          .map((f) => join(folder, f))
      : [],
  );
  it.each(files)('%s', (file) => {
    info(join(DATA, file));
  });
});
