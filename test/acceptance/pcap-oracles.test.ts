import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../ingest/pcap/engine.js';
import { CommunityId } from '../../ingest/pcap/flow/community-id.js';
import { addressText } from '../../ingest/pcap/output/address.js';
import { toRecordBatch } from '../../ingest/pcap/output/arrow.js';
import { CaptureRefused } from '../../ingest/pcap/read/problems.js';
import { addressWords } from '../../ingest/pcap/testing/packets.js';

/** Compares flows with what other tools say about the same captures, which lie beside the repository. */
const DATA = new URL('../../../shared/data/', import.meta.url);
const present = existsSync(DATA);
if (!present) console.warn('skipped: ../shared/data is not there');

interface Flow {
  orig_h: string;
  orig_p: number;
  resp_h: string;
  resp_p: number;
  proto: string;
  orig_pkts: bigint;
  resp_pkts: bigint;
  community_id: string;
  tunnel_parents: unknown;
}

async function flowsOf(file: URL): Promise<Flow[]> {
  const flows: Flow[] = [];
  await readCapture(
    [file.pathname],
    { packetIndex: false },
    {
      flows(batch) {
        for (const row of toRecordBatch(batch)) flows.push(row.toJSON() as unknown as Flow);
      },
    },
  );
  return flows;
}

/** Packets of both directions by protocol and the two ends in order. */
function packetsByConversation(flows: readonly Flow[]): Map<string, number> {
  const packets = new Map<string, number>();
  for (const flow of flows) {
    const ends = [`${flow.orig_h}:${flow.orig_p}`, `${flow.resp_h}:${flow.resp_p}`].sort();
    const key = [flow.proto, ...ends].join(' ');
    packets.set(key, (packets.get(key) ?? 0) + Number(flow.orig_pkts) + Number(flow.resp_pkts));
  }
  return packets;
}

function tsv(file: URL): Record<string, string>[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = head!.split('\t');
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => Object.fromEntries(line.split('\t').map((value, k) => [names[k]!, value])));
}

describe.skipIf(!present)('Community ID', () => {
  const folder = new URL('pcap/community-id/', DATA);
  it.each([
    ['baseline_deflt.json', 0],
    ['baseline_seed1.json', 1],
  ])('all vectors of %s', (name, seed) => {
    const vectors = JSON.parse(readFileSync(new URL(`baseline/${name}`, folder), 'utf8')) as {
      proto: number;
      saddr: string;
      daddr: string;
      sport: number | null;
      dport: number | null;
      communityid: string;
    }[];
    const id = new CommunityId(seed);
    const wrong = vectors.filter((v) => {
      const addr = Int32Array.from([...addressWords(v.saddr), ...addressWords(v.daddr)]);
      return id.of(addr, 0, v.proto, v.sport ?? 0, v.dport ?? 0) !== v.communityid;
    });
    expect(vectors.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  it('the flows of the specification’s capture', async () => {
    const vectors = JSON.parse(readFileSync(new URL('baseline/baseline_deflt.json', folder), 'utf8')) as {
      communityid: string;
    }[];
    const wanted = new Set(vectors.map((v) => v.communityid));
    const got = new Set((await flowsOf(new URL('pcaps/combined.pcap.gz', folder))).map((flow) => flow.community_id));
    expect([...wanted].filter((id) => !got.has(id))).toEqual([]);
  });
});

describe.skipIf(!present)('tshark', () => {
  it('at least 98 % of the conversations have as many packets', async () => {
    const byFile = new Map<string, Map<string, number>>();
    for (const row of tsv(new URL('derived/conversations.tsv', DATA))) {
      if (row.proto !== 'tcp' && row.proto !== 'udp') continue;
      const key = [row.proto, ...[row.a!, row.b!].sort()].join(' ');
      const conversations = byFile.get(row.file!) ?? new Map<string, number>();
      conversations.set(key, (conversations.get(key) ?? 0) + Number(row.pkts));
      byFile.set(row.file!, conversations);
    }
    let total = 0;
    const different: string[] = [];
    for (const [file, conversations] of byFile) {
      let ours = new Map<string, number>();
      try {
        ours = packetsByConversation(await flowsOf(new URL(file, DATA)));
      } catch (error) {
        if (!(error instanceof CaptureRefused)) throw error;
      }
      for (const [key, packets] of conversations) {
        total++;
        if (ours.get(key) !== packets) different.push(`${file} ${key}: tshark ${packets}, here ${ours.get(key) ?? 0}`);
      }
    }
    console.info(`tshark conversations: ${total - different.length} of ${total} equal`);
    if (process.env.ORACLES_SHOW) console.info(different.join('\n'));
    expect(total).toBeGreaterThan(1000);
    expect((total - different.length) / total).toBeGreaterThanOrEqual(0.98);
  }, 240_000);
});

/** Conversations of an nDPI result file: `N TCP a:p <-> b:q [… n pkts/… bytes <-> m pkts/…`. */
function ndpiConversations(file: URL): Map<string, number> {
  const conversations = new Map<string, number>();
  const line = /^\s*\d+\s+(TCP|UDP)\s+(\S+)\s+(?:<->|->)\s+(\S+)\s+.*?\[(\d+) pkts\/\d+ bytes (?:<->|->) (\d+) pkts/;
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    const match = line.exec(text);
    if (!match) continue;
    const ends = [match[2]!, match[3]!].map((end) => {
      const at = end.lastIndexOf(':');
      // nDPI shortens single zero groups too.
      const address = addressText(Int32Array.from(addressWords(end.slice(0, at).replace(/[[\]]/g, ''))), 0);
      return `${address}:${end.slice(at + 1)}`;
    });
    const key = [match[1]!.toLowerCase(), ...ends.sort()].join(' ');
    conversations.set(key, (conversations.get(key) ?? 0) + Number(match[4]) + Number(match[5]));
  }
  return conversations;
}

describe.skipIf(!present)('nDPI', () => {
  it('at least 98 % of the flows have as many packets', async () => {
    const folder = new URL('pcap/ndpi/', DATA);
    let total = 0;
    let equal = 0;
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.out'))) {
      const capture = new URL(name.slice(0, -4), folder);
      if (!existsSync(capture)) continue;
      const ours = packetsByConversation(await flowsOf(capture));
      for (const [key, packets] of ndpiConversations(new URL(name, folder))) {
        total++;
        if (ours.get(key) === packets) equal++;
      }
    }
    console.info(`nDPI flows: ${equal} of ${total} have as many packets`);
    expect(total).toBeGreaterThan(1000);
    expect(equal / total).toBeGreaterThanOrEqual(0.98);
  }, 240_000);
});

describe.skipIf(!present)('broken files', () => {
  const folder = new URL('malformed/made/', DATA);
  const rows = present ? tsv(new URL('EXPECT.tsv', folder)).filter((row) => /^pcap-|^text\.pcap/.test(row.file!)) : [];
  it.each(rows.map((row) => [row.file!, row.expected!]))(
    '%s: %s',
    async (file, expected) => {
      const run = readCapture([new URL(file, folder).pathname], {}, { flows: () => undefined });
      if (/^refuse|link type/.test(expected)) {
        await expect(run).rejects.toBeInstanceOf(CaptureRefused);
        return;
      }
      const result = await run;
      const packets = /^(\d+) packets/.exec(expected);
      if (packets) expect(result.packets).toBe(Number(packets[1]));
      if (/warn/.test(expected)) expect(result.problems.length).toBeGreaterThan(0);
      if (/no error/.test(expected)) expect(result.problems).toEqual([]);
      if (/1970/.test(expected)) expect(result.files[0]?.firstTs).toBeLessThan(365 * 86400e6);
    },
    10_000,
  );
});
