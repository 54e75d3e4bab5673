import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../support/test-case.js';

/** Real captures beside the repository; counts are those of `ra`, `nfdump -b`, or of the lines. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(join(DATA, 'argus'));
if (!present) console.log('skipped: no captures at ../shared/data');

const files = (folder: string, end: string): string[] =>
  present && existsSync(join(DATA, folder))
    ? readdirSync(join(DATA, folder))
        .filter((f) => f.endsWith(end))
        .sort()
        .map((f) => join(folder, f))
    : [];

const argusText = ['argus/made', 'argus/slips-2021', 'argus/slips-head', 'labelled/argus'].flatMap((f) =>
  files(f, '.binetflow'),
);
const argusBinary = files('argus/made', '.argus');
const nfdumpBinary = [...files('nfdump/made', '.nfdump'), ...files('nfdump/slips', '.nfdump')];
const nfdumpText = [...files('nfdump/made', '.csv'), ...files('nfdump/slips', '.csv')];

async function using<T>(paths: readonly string[], work: (c: TestCase) => Promise<T>, threads = 2): Promise<T> {
  const c = await testCase(
    paths.map((p) => join(DATA, p)),
    { threads },
  );
  try {
    return await work(c);
  } finally {
    c.close();
  }
}

const lines = (text: string): string[] => text.split('\n').filter((l) => l.trim() !== '');

function tool(program: string, pack: string, args: readonly string[]): string[] {
  try {
    const out = execFileSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
      maxBuffer: 1 << 28,
    });
    return lines(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${program} is not installed: apt-get install ${pack}`);
  }
}

/** Records and rejects of the only capture. */
async function counts(c: TestCase): Promise<[number, number]> {
  const [row] = await c.rows<{ records: string; rejected: string }>('SELECT records, rejected FROM captures');
  const [stored] = await c.rows<{ n: string }>('SELECT (SELECT count(*) FROM flows) + (SELECT count(*) FROM arp) AS n');
  expect(stored!.n).toBe(row!.records);
  return [Number(row!.records), Number(row!.rejected)];
}

/** What both the text and the binary form of a capture say. */
const COMMON = `SELECT "row", ts, duration, orig_h, orig_p, resp_h, resp_p, proto, orig_pkts, resp_pkts, orig_ip_bytes,
  resp_ip_bytes, orig_size, resp_size, established, outcome, orientation, ended, source_state, extra FROM flows ORDER BY "row"`;

describe.skipIf(!present)('Argus captures', () => {
  it.each(argusText)('%s: every line is a record or a reject, every label is kept', async (file) => {
    const [header, ...rows] = lines(readFileSync(join(DATA, file), 'utf8'));
    const delimiter = header!.includes('\t') ? '\t' : ',';
    await using([file], async (c) => {
      const [records, rejected] = await counts(c);
      expect(records + rejected).toBe(rows.length);
      const at = header!.split(delimiter).indexOf('Label');
      // ARP rows have no uid: their label is in `extra`.
      const isLabelled = (r: string[]): boolean => /flow=/.test(r[at] ?? '') && !/arp|llc/.test(r[2] ?? '');
      const labels = at < 0 ? [] : rows.filter((r) => isLabelled(r.split(delimiter)));
      expect(await c.rows('SELECT count(*) AS n FROM labels')).toEqual([{ n: String(labels.length) }]);
    });
  });

  it.each(argusBinary)('%s: the records that ra prints', async (file) => {
    const printed = tool('ra', 'argus-client', ['-r', join(DATA, file), '-', 'not', 'man']).length - 1;
    await using([file], async (c) => expect(await counts(c)).toEqual([printed, 0]));
  });

  it.each(argusBinary)('%s: the same flows as its text', async (file) => {
    const text = file.replace(/\.argus$/, '.binetflow');
    const [binary, printed] = [await using([file], (c) => c.rows(COMMON)), await using([text], (c) => c.rows(COMMON))];
    expect(binary).toEqual(printed);
  });
});

describe.skipIf(!present)('nfdump captures', () => {
  it.each(nfdumpBinary)('%s: the records that nfdump -b prints', async (file) => {
    const printed = tool('nfdump', 'nfdump', ['-r', join(DATA, file), '-b', '-N', '-q', '-o', 'csv']).length;
    await using([file], async (c) => expect(await counts(c)).toEqual([printed, 0]));
  });

  it.each(nfdumpText)('%s: every line is a record', async (file) => {
    const rows = lines(readFileSync(join(DATA, file), 'utf8'));
    await using([file], async (c) => expect(await counts(c)).toEqual([rows.length, 0]));
  });

  it.each(nfdumpBinary)('%s: the same flows as its text', async (file) => {
    // The text has whole seconds, no order that matters, and columns that the binary form is not asked for.
    const all = `SELECT * EXCLUDE ("row", extra) REPLACE (date_trunc('second', ts) AS ts) FROM (${COMMON}) ORDER BY ALL`;
    const text = file.replace(/\.nfdump$/, '.biflow.csv');
    const [binary, printed] = [await using([file], (c) => c.rows(all)), await using([text], (c) => c.rows(all))];
    expect(binary).toEqual(printed);
  });
});

describe.skipIf(!present)('damaged captures', () => {
  const cases: [file: string, records: number, reasons: string[]][] = [
    ['argus-cut.argus', 230, ['record cut off or damaged; 21 bytes from here on not read']],
    ['argus-header-only.argus', 0, []],
    ['argus-unquoted-comma.binetflow', 118, ['too many cells']],
    ['argus-no-header.binetflow', 119, []],
    ['argus-header-twice.binetflow', 119, []],
    ['argus-hex-ports.binetflow', 119, []],
    ['argus-bom.binetflow', 119, []],
  ];
  it.each(cases)('%s: %i records', async (file, records, reasons) => {
    await using([join('malformed/made', file)], async (c) => {
      expect(await counts(c)).toEqual([records, reasons.length]);
      expect((await c.rows<{ reason: string }>('SELECT reason FROM rejects')).map((r) => r.reason)).toEqual(reasons);
    });
  });

  it.each([
    ['argus-empty.argus', 'empty file'],
    ['nfdump-cut.nfdump', 'nfdump cannot read it'],
    ['nfdump-bad-magic.nfdump', 'not a capture of a known kind'],
  ])('%s: refused', async (file, message) => {
    await expect(testCase([join(DATA, 'malformed/made', file)])).rejects.toThrow(message);
  });
});

describe.skipIf(!present)('the same rows', () => {
  it('with one and with two threads', async () => {
    const paths = [...argusText, ...argusBinary, ...nfdumpBinary, ...nfdumpText];
    const digest = (c: TestCase): Promise<unknown> =>
      c.rows(`SELECT 'flows' AS t, count(*) AS n, sha256(string_agg(to_json(f)::VARCHAR, chr(10) ORDER BY flow_id)) AS h FROM flows f
        UNION ALL SELECT 'arp', count(*), sha256(string_agg(to_json(f)::VARCHAR, chr(10) ORDER BY capture_id, "row")) FROM arp f
        UNION ALL SELECT 'labels', count(*), sha256(string_agg(to_json(f)::VARCHAR, chr(10) ORDER BY source_id, uid)) FROM labels f
        UNION ALL SELECT 'rejects', count(*), sha256(string_agg(to_json(f)::VARCHAR, chr(10) ORDER BY capture_id, place)) FROM rejects f
        ORDER BY t`);
    const two = await using(paths, digest, 2);
    expect(await using([...paths].reverse(), digest, 1)).toEqual(two);
  }, 120_000);
});
