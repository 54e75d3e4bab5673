import { afterEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';

const HEADER = 'ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out';

interface Cells {
  readonly src?: string;
  readonly dst?: string;
  readonly sp?: string;
  readonly dp?: string;
  readonly pr?: string;
  readonly flg?: string;
  readonly inPkts?: string;
  readonly inBytes?: string;
  readonly outPkts?: string;
  readonly outBytes?: string;
  readonly time?: string;
}

function row(c: Cells = {}): string {
  const time = c.time ?? '2018-01-12 15:37:47';
  return [
    time,
    time,
    '0.250',
    c.src ?? '10.0.0.1',
    c.dst ?? '10.0.0.2',
    c.sp ?? '53778',
    c.dp ?? '80',
    c.pr ?? 'TCP',
    c.flg ?? '...AP.SF',
    '0',
    '0',
    c.inPkts ?? '5',
    c.inBytes ?? '500',
    c.outPkts ?? '4',
    c.outBytes ?? '4000',
    '3',
    '0',
  ].join(',');
}

let open: TestCase | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});

async function load(lines: readonly string[]): Promise<TestCase> {
  open = await testCase({ 'flows.csv': `${lines.join('\n')}\n` });
  return open;
}

type FlowRow = Readonly<Record<string, string | number | boolean | null>>;
const FLOW = 'SELECT * EXCLUDE (flow_id, capture_id, source_id, uid) FROM flows ORDER BY "row"';

describe('nfdump CSV', () => {
  it('gives flows with IP bytes', async () => {
    const c = await load([HEADER, row()]);
    expect((await c.rows<FlowRow>(FLOW))[0]).toMatchObject({
      ts: '2018-01-12 15:37:47',
      duration: 0.25,
      orig_h: '10.0.0.1',
      orig_p: 53778,
      resp_h: '10.0.0.2',
      resp_p: 80,
      proto: 'tcp',
      orig_ip_bytes: '500',
      resp_ip_bytes: '4000',
      orig_size: '500',
      orig_bytes: null,
      established: true,
      outcome: 'established',
      orientation: 'guessed',
      ended: 'closed',
      source_state: '...AP.SF',
      extra: '{"in":3}',
    });
  });

  it('reads files with or without a header, and the columns of later versions', async () => {
    expect((await load([row(), row()])).results[0]).toMatchObject({ records: 2, rejected: 0 });
    open?.close();
    const c = await load([
      'firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,bps,bpp,flows',
      '2024-01-01 00:00:00.500,1.5,UDP,10.0.0.1,5353,2001:DB8:0::1,53,2,120,0,60,1',
    ]);
    expect((await c.rows<FlowRow>(FLOW))[0]).toMatchObject({
      ts: '2024-01-01 00:00:00.5',
      resp_h: '2001:db8::1',
      orig_pkts: '2',
      extra: '{"bpp":60,"flows":1}',
    });
  });

  it('guesses who began', async () => {
    const c = await load([
      row({ flg: '......S.', outPkts: '1', outBytes: '40' }),
      row({ sp: '80', dp: '53778' }),
      row({ flg: '...A.R..', sp: '4444', dp: '5555', inPkts: '1', inBytes: '40', outPkts: '1', outBytes: '60' }),
      row({ sp: '53', dp: '5353', pr: 'UDP', flg: '........' }),
      row({ sp: '5000', dp: '6000', pr: 'UDP', flg: '........' }),
    ]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows.map((f) => [f.orig_p, f.orientation, f.outcome])).toEqual([
      [53778, 'seen', 'rejected'],
      [53778, 'guessed', 'established'],
      [5555, 'guessed', 'rejected'],
      [5353, 'guessed', 'established'],
      [5000, 'guessed', 'established'],
    ]);
    expect(flows[1]).toMatchObject({ orig_h: '10.0.0.2', orig_ip_bytes: '4000', resp_pkts: '5' });
  });

  it('gives ICMP types and counterparts', async () => {
    const icmp = { pr: 'ICMP', sp: '0', flg: '........', outPkts: '0', outBytes: '0' };
    const c = await load([
      row({ ...icmp, dp: '2048' }),
      row({ ...icmp, dp: '0' }),
      row({ ...icmp, dp: '3.4' }),
      row({ ...icmp, dp: '34560', pr: 'ICMP6', src: '::', dst: 'ff02::1:ff8e:c3d1' }),
      row(),
    ]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows.slice(0, 4).map((f) => [f.proto, f.orig_p, f.resp_p, f.outcome, f.established])).toEqual([
      ['icmp', 8, 0, 'unknown', null],
      ['icmp', 0, 8, 'one_way', false],
      ['icmp', 3, 4, 'one_way', false],
      ['icmp', 135, 136, 'unknown', null],
    ]);
  });

  it('says that replies are unknown when every row is one direction', async () => {
    const one = { outPkts: '0', outBytes: '0' };
    const c = await load([row(one), row({ ...one, src: '10.0.0.2', dst: '10.0.0.1', sp: '80', dp: '53778' })]);
    expect(c.warnings.join()).toContain('nfdump -b');
    expect(await c.rows('SELECT DISTINCT outcome, established FROM flows')).toEqual([
      { outcome: 'unknown', established: null },
    ]);
  });

  it('leaves out headers and the summary, and rejects the rest with its line', async () => {
    const c = await load([
      HEADER,
      row(),
      HEADER,
      row({ inPkts: '-1' }),
      `${row()},1`,
      row({ src: '10.0.0' }),
      row({ time: '2018-13-12 15:37:47' }),
      row({ sp: '70000' }),
      row({ pr: 'ICMP', dp: '70000' }),
      'Summary',
      'flows,bytes,packets,avg_bps,avg_pps,avg_bpp',
      '9,25942,60,22563,6,432',
    ]);
    expect(await c.rows('SELECT place, reason FROM rejects ORDER BY place')).toEqual(
      [
        ['line 4', 'bad packet or byte count'],
        ['line 5', 'too many cells'],
        ['line 6', 'no IP address'],
        ['line 7', 'bad time'],
        ['line 8', 'bad port'],
        ['line 9', 'bad ICMP type'],
      ].map(([place, reason]) => ({ place, reason })),
    );
    expect(c.results[0]).toMatchObject({ records: 1, rejected: 6 });
  });
});

describe('a binary nfdump file', () => {
  it('names the package when nfdump is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      await expect(testCase({ 'x.nfdump': Buffer.from([0x0c, 0xa5, 2, 0, 0, 0]) })).rejects.toThrow(
        'apt-get install nfdump',
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
