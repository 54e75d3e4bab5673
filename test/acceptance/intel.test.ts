import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';

/** Real feeds and captures beside the checkout. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const FEEDS = join(DATA, 'ti');
const present = existsSync(join(DATA, 'slips-expectations.tsv')) && existsSync(FEEDS);
if (!present) console.log(`skipped: no slips-expectations.tsv or no ti/ at ${DATA}`);

interface Finding {
  readonly detection: string;
  readonly profile: string;
  readonly key: string;
  readonly victim: string | null;
  readonly threat_level: string;
  readonly details: string;
}

async function analyse(input: string, feeds: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-acceptance-'));
  const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '1GB' });
  try {
    await ingest(store, [join(DATA, input)]);
    const run = async (from: string | undefined) => {
      const summary = await detect(store, { ...defaultOptions, feeds: from });
      expect(summary.failed).toEqual([]);
      return store.db.all<Finding>(
        "SELECT detection, profile, key, victim, threat_level, details FROM evidence WHERE module = 'intel' ORDER BY ALL",
      );
    };
    const found = await run(feeds);
    const feedRows = await store.db.all<{ feed: string; entries: string }>(
      'SELECT feed, entries FROM feeds ORDER BY feed',
    );
    // The indicators that the case kept are enough to find the same again.
    expect(await run('case')).toEqual(found);
    expect(await store.db.all('SELECT feed, entries FROM feeds ORDER BY feed')).toEqual(feedRows);
    return { found, feeds: feedRows };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fingerprints that Slips' tests expect, with what the text says of client and server. */
function expectedFingerprints() {
  const out: { input: string; key: string; from?: string; to?: string }[] = [];
  for (const line of readFileSync(join(DATA, 'slips-expectations.tsv'), 'utf8').split('\n').slice(1)) {
    const [input = '', , , , text = ''] = line.split('\t');
    for (const part of text.split(';')) {
      const m = /Malicious (JA3s?):? ([0-9a-f]{32})(?: from ([0-9.]+))?(?: to (?:server )?([0-9.]+))?/.exec(part);
      if (m)
        out.push({
          input,
          key: `${m[1]!.toLowerCase()}:${m[2]}`,
          ...(m[3] ? { from: m[3] } : {}),
          ...(m[4] ? { to: m[4] } : {}),
        });
    }
  }
  return out;
}

describe.skipIf(!present)("fingerprints that Slips' tests expect", () => {
  const rows = present ? expectedFingerprints() : [];
  it('has rows', () => expect(rows.length).toBeGreaterThanOrEqual(3));

  describe.each([
    ['with what ships', undefined],
    ['with the lists of Slips', FEEDS],
  ])('%s', (_, feeds) => {
    it.each(rows.map((r) => [`${r.input} ${r.key}`, r] as const))(
      '%s',
      async (_name, row) => {
        const { found } = await analyse(row.input, feeds);
        const match = found.filter(
          (f) =>
            f.detection === 'threat-intel-ja3' &&
            f.key === row.key &&
            (row.from === undefined || f.profile === row.from) &&
            (row.to === undefined || f.victim === row.to),
        );
        expect(match).toHaveLength(1);
      },
      120_000,
    );
  });
});

/** Addresses of a Zeek conn.log, read without the project's code. */
async function addressesOf(file: string): Promise<Set<string>> {
  const out = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.startsWith('#')) continue;
    const cells = line.split('\t');
    out.add(cells[2]!);
    out.add(cells[4]!);
  }
  return out;
}

describe.skipIf(!present)('a public list of addresses against a honeypot', () => {
  it('finds every listed address that the log holds, and no other', async () => {
    const listed = new Set(readFileSync(join(FEEDS, 'ipsum-level5.txt'), 'utf8').split(/\s+/).filter(Boolean));
    const input = 'labelled/zeek/008-mixed/data';
    const seen = await addressesOf(join(DATA, input, 'conn.log.labeled'));
    const want = [...seen].filter((a) => listed.has(a)).sort();
    const { found, feeds } = await analyse(input, FEEDS);
    expect(feeds.find((f) => f.feed === 'ipsum-level5')?.entries).toBe(String(listed.size));
    const got = found.filter((f) => f.detection === 'threat-intel-ip' && f.details.includes('ipsum-level5'));
    console.log(`${want.length} of ${seen.size} addresses are listed; ${got.length} findings`);
    expect([...new Set(got.map((f) => f.key))].sort()).toEqual(want);
  }, 300_000);
});
