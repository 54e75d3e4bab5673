import { afterEach, describe, expect, it } from 'vitest';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { HEADER, ROW, row } from './test-rows.js';

let open: TestCase | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});

async function load(lines: readonly string[], options = {}): Promise<TestCase> {
  open = await testCase({ 'x.binetflow': `${lines.join('\n')}\n` }, options);
  return open;
}

interface FlowRow {
  readonly [column: string]: string | number | boolean | null;
}

const FLOW = 'SELECT * EXCLUDE (flow_id, capture_id, source_id, uid) FROM flows ORDER BY "row"';

describe('Argus text', () => {
  it('gives flows with IP bytes and UTC times', async () => {
    const c = await load([HEADER, ROW]);
    const [flow] = await c.rows<FlowRow>(FLOW);
    expect(flow).toMatchObject({
      row: '1',
      ts: '2018-03-09 20:49:16.520001',
      duration: 0.034025,
      orig_h: '10.10.1.4',
      orig_p: 56166,
      resp_h: '10.10.1.1',
      resp_p: 53,
      proto: 'udp',
      orig_pkts: '1',
      resp_pkts: '1',
      orig_ip_bytes: '62',
      resp_ip_bytes: '128',
      orig_size: '62',
      orig_bytes: null,
      established: true,
      outcome: 'established',
      orientation: 'seen',
      ended: 'timeout',
      source_state: 'CON',
      extra: '{"sTos":0,"dTos":0}',
    });
    expect(await c.rows('SELECT records, rejected, details FROM captures')).toMatchObject([
      { records: '1', rejected: '0', details: expect.stringContaining('"bytes_basis":"frame-derived"') },
    ]);
  });

  it('reads columns by whole names, whatever their order', async () => {
    const c = await load([
      'LastTime\tStartTime\tFlgs\tProto\tSrcMac\tSrcAddr\tSport\tDir\tDstMac\tDstAddr\tDport\tSrcPkts\tDstPkts\tSrcBytes\tDstBytes\tState',
      '1520628558.5\t1520628556.52\t e  \ttcp\t00:E0:1c:3c:17:c2\tFE80::1\t1470\t   ->\tBroadcast\t2001:db8:0::1\t25\t3\t2\t300\t200\tSPA_SPA',
    ]);
    expect((await c.rows<FlowRow>(FLOW))[0]).toMatchObject({
      ts: '2018-03-09 20:49:16.52',
      duration: 1.98,
      orig_h: 'fe80::1',
      resp_h: '2001:db8::1',
      orig_pkts: '3',
      resp_pkts: '2',
      orig_ip_bytes: '258',
      resp_ip_bytes: '172',
      orig_l2_addr: '00:e0:1c:3c:17:c2',
      resp_l2_addr: 'ff:ff:ff:ff:ff:ff',
      extra: '{"Flgs":"e"}',
    });
  });

  it('swaps everything of rows that point left', async () => {
    const c = await load([
      HEADER,
      row({ Proto: 'tcp', Dir: '  <-', State: 'RA_S', SrcBytes: '60', SrcPkts: '1', TotBytes: '134' }),
      row({
        Proto: 'icmp',
        SrcAddr: '192.168.1.109',
        Sport: '0x0000',
        Dir: '<-',
        DstAddr: '192.168.1.130',
        Dport: '0x9ac7',
        State: 'ECR',
        TotPkts: '1',
        TotBytes: '42',
        SrcBytes: '0',
        SrcPkts: '0',
      }),
    ]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows[0]).toMatchObject({ orig_h: '10.10.1.1', orig_p: 53, resp_h: '10.10.1.4', resp_p: 56166 });
    expect(flows[0]).toMatchObject({ orig_ip_bytes: '60', resp_ip_bytes: '46', outcome: 'rejected', ended: 'closed' });
    expect(flows[1]).toMatchObject({ orig_h: '192.168.1.130', orig_p: 0, resp_p: 8, orig_pkts: '1', resp_pkts: '0' });
    expect(flows[1]).toMatchObject({ outcome: 'one_way', orientation: 'seen' });
  });

  it('says which orientation is a guess', async () => {
    const dirs = ['   ->', '  <?>', '   ?>', '  <?', ''];
    const c = await load([HEADER, ...dirs.map((Dir) => row({ Dir }))]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows.map((f) => f.orientation)).toEqual(['seen', 'guessed', 'guessed', 'guessed', 'guessed']);
    expect(flows[3]!.orig_h).toBe('10.10.1.1');
  });

  it('tells outcomes from the flags of both sides', async () => {
    const states: [string, string, boolean | null, string][] = [
      ['FSPA_FSPA', 'established', true, 'closed'],
      ['SPA_SPA', 'established', true, 'timeout'],
      ['PA_PA', 'established', true, 'timeout'],
      ['A_A', 'partial', false, 'timeout'],
      ['S_RA', 'rejected', false, 'closed'],
      ['SR_SA', 'reset', false, 'closed'],
      ['S_SA', 'partial', false, 'timeout'],
      ['S_', 'no_reply', false, 'timeout'],
      ['SRPA_', 'one_way', false, 'closed'],
      ['_FA', 'one_way', false, 'timeout'],
      ['CON', 'established', true, 'timeout'],
      ['REQ', 'partial', false, 'timeout'],
      ['S0', 'no_reply', false, 'timeout'],
      ['', 'unknown', null, 'timeout'],
    ];
    const c = await load([HEADER, ...states.map(([State]) => row({ Proto: 'tcp', State }))]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows.map((f) => [f.source_state ?? '', f.outcome, f.established, f.ended])).toEqual(states);
  });

  it('tells a refused connection from a used one when the state is one word', async () => {
    const c = await load([
      HEADER,
      row({ Proto: 'tcp', State: 'RST', TotPkts: '6', SrcPkts: '3', TotBytes: '402', SrcBytes: '222' }),
      row({ Proto: 'tcp', State: 'RST', TotPkts: '9', SrcPkts: '5', TotBytes: '2000', SrcBytes: '800' }),
    ]);
    expect((await c.rows<FlowRow>(FLOW)).map((f) => f.outcome)).toEqual(['rejected', 'established']);
  });

  it('gives ICMP types and counterparts', async () => {
    const icmp = (Sport: string, Dport: string, more = {}): string => row({ Proto: 'icmp', Sport, Dport, ...more });
    const c = await load([
      HEADER,
      icmp('0x0008', '0xf095'),
      icmp('0x0403', '0x0000'),
      icmp('135', '0', { Proto: 'ipv6-icmp', SrcAddr: '::', DstAddr: 'ff02::1:ff8e:c3d1', Dir: '   ->' }),
      icmp('1', '4', { Proto: 'ipv6-icmp', SrcAddr: 'fd00::1', DstAddr: 'fd00::2', Dir: '   ->' }),
      row({ Proto: 'tcp', Dport: '0x0303', State: 'SPA_SPA' }),
    ]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows.map((f) => [f.proto, f.orig_p, f.resp_p])).toEqual([
      ['icmp', 8, 0],
      ['icmp', 3, 4],
      ['icmp', 135, 136],
      ['icmp', 1, 4],
      ['tcp', 56166, 771],
    ]);
    expect(flows[0]!.extra).toBe('{"sTos":0,"dTos":0,"Dport":"0xf095"}');
  });

  it('takes one-way counts from the total where SrcPkts is missing', async () => {
    const c = await load([
      HEADER.replace(',SrcPkts', ''),
      '2018/03/09 20:49:16.520001,0.0,udp,10.10.1.4,1,   ->,10.10.1.1,53,INT,0,,3,180,180,',
      '2018/03/09 20:49:16.520001,0.0,udp,10.10.1.4,1,  <->,10.10.1.1,53,CON,0,0,3,280,180,',
    ]);
    const flows = await c.rows<FlowRow>(FLOW);
    expect(flows[0]).toMatchObject({
      orig_pkts: '3',
      resp_pkts: '0',
      orig_ip_bytes: '138',
      resp_ip_bytes: '0',
      outcome: 'no_reply',
    });
    expect(flows[1]).toMatchObject({
      orig_pkts: null,
      orig_ip_bytes: null,
      orig_size: '180',
      resp_size: '100',
      established: true,
    });
    expect(flows[1]!.extra).toBe('{"sTos":0,"dTos":0,"TotPkts":3}');
    expect(c.warnings.join()).toContain('bytes of frames');
  });

  it('puts ARP rows with addresses into arp, and rejects what has none', async () => {
    const c = await load([
      HEADER,
      row({
        Proto: 'arp',
        Sport: '',
        Dir: '  who',
        Dport: '',
        SrcAddr: '0.0.0.0',
        DstAddr: '192.168.1.128',
        State: 'INT',
      }),
      row({ Proto: 'arp', SrcAddr: '00:00:00:00:00:01', DstAddr: '192.168.1.128' }),
      row({ Proto: 'llc', SrcAddr: '00:00:00:00:00:00', DstAddr: '00:00:00:00:00:00' }),
      row({ Proto: 'man', SrcAddr: '0', DstAddr: '0' }),
      ROW,
    ]);
    expect(await c.rows('SELECT "row", operation, orig_h, resp_h FROM arp')).toEqual([
      { row: '1', operation: 'request', orig_h: '0.0.0.0', resp_h: '192.168.1.128' },
    ]);
    expect(await c.rows('SELECT place, reason FROM rejects ORDER BY place')).toEqual([
      { place: 'line 3', reason: 'no IP address' },
      { place: 'line 4', reason: 'no IP address' },
      { place: 'line 5', reason: 'management record' },
    ]);
    expect(await c.rows('SELECT flow_id, "row" FROM flows')).toEqual([{ flow_id: '0', row: '5' }]);
    expect(c.results[0]).toMatchObject({ records: 2, rejected: 3 });
  });

  it('rejects absurd values row by row, with the line they stand in', async () => {
    const c = await load([
      HEADER,
      row({ StartTime: 'yesterday' }),
      `${ROW},a,b`,
      row({ StartTime: '20:49:16.520001' }),
      row({ TotPkts: '-2' }),
      HEADER,
      row({ TotBytes: '99999999999999999999' }),
      row({ TotPkts: '1.5' }),
      row({ Dur: '-1' }),
      row({ SrcBytes: '219' }),
      row({ Sport: '70000' }),
      row({ Proto: 'icmp', Sport: 'x' }),
      row({ SrcAddr: '10.10.1.400' }),
      row({ StartTime: '-5.0' }),
      row({ Dport: 'domain' }),
    ]);
    expect(await c.rows('SELECT place, reason FROM rejects ORDER BY length(place), place')).toEqual(
      [
        ['line 2', 'bad time'],
        ['line 3', 'too many cells'],
        ['line 4', 'bad time'],
        ['line 5', 'bad packet or byte count'],
        ['line 7', 'bad packet or byte count'],
        ['line 8', 'bad packet or byte count'],
        ['line 9', 'bad duration'],
        ['line 10', 'count of one direction above the total'],
        ['line 11', 'bad port'],
        ['line 12', 'bad ICMP type'],
        ['line 13', 'no IP address'],
        ['line 14', 'bad time'],
      ].map(([place, reason]) => ({ place, reason })),
    );
    expect(await c.rows('SELECT resp_p, extra FROM flows')).toEqual([
      { resp_p: null, extra: '{"sTos":0,"dTos":0,"Dport":"domain"}' },
    ]);
  });

  it('takes byte order mark, CRLF, blank lines, NUL and text that is not UTF-8', async () => {
    const lines = [HEADER, ROW, '', row({ DstAddr: '10.10.1.\0' }), row({ Label: 'Caf\xe9' })];
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')]);
    open = await testCase({ 'x.binetflow': bytes });
    expect(await open.rows('SELECT count(*) AS n FROM flows')).toEqual([{ n: '2' }]);
    expect(await open.rows('SELECT place, reason FROM rejects')).toEqual([{ place: 'line 4', reason: 'NUL byte' }]);
    expect(await open.rows("SELECT label FROM labels WHERE label <> 'Background'")).toEqual([{ label: 'Caf\\xe9' }]);
  });

  it('takes files without a header, and rows whose last cells are missing', async () => {
    const c = await load([ROW, ROW.split(',').slice(0, 15).join(',')]);
    expect(c.warnings.join()).toContain('no header line');
    expect(await c.rows('SELECT orig_pkts FROM flows ORDER BY "row"')).toEqual([
      { orig_pkts: '1' },
      { orig_pkts: '1' },
    ]);
  });

  it('is not mistaken for another kind', async () => {
    await expect(testCase({ 'x.csv': 'a,b,c\n1,2,3\n' })).rejects.toThrow('not a capture of a known kind');
  });
});
