import { describe, expect, it } from 'vitest';
import { type Bytes, frame, icmp, ipv4, tcp, udp } from '../testing/packets.js';
import { type FlowRow, runFrames } from '../testing/run.js';

const A: [string, number] = ['10.0.0.1', 40000];
const B: [string, number] = ['10.0.0.2', 7777];

/** `> flags seq ack len` from A, `< …` from B; sequence numbers relative to 1000 (A) and 5000 (B). */
function script(text: string, server: [string, number] = B): Bytes[] {
  return text
    .trim()
    .split(/\s*;\s*/)
    .map((step) => {
      const [side, flags, seq = '0', ack = '0', len = '0', window = '65535'] = step.split(/\s+/);
      const out = side === '>';
      const base = out ? 1000 : 5000;
      const other = out ? 5000 : 1000;
      const acknowledged = flags!.includes('A') ? other + Number(ack) : 0;
      const payload = new Uint8Array(Number(len)).fill(65);
      const [from, to] = out ? [A, server] : [server, A];
      return frame(tcp(from, to, flags!, base + Number(seq), acknowledged, payload, Number(window)));
    });
}

async function one(text: string, server?: [string, number]): Promise<FlowRow> {
  const { flows } = await runFrames(script(text, server).map((data, k) => ({ ts: 1e9 + k * 1000, data })));
  expect(flows).toHaveLength(1);
  return flows[0]!;
}

const OPEN = '> S 0; < SA 0 1; > A 1 1';

describe('conn_state and history', () => {
  it.each([
    ['S0', 'S', '> S 0', 'no_reply'],
    ['S1', 'ShADad', `${OPEN}; > PA 1 1 5; < A 1 6; < PA 1 6 7; > A 6 8`, 'established'],
    ['SF', 'ShADadfF', `${OPEN}; > PA 1 1 5; < A 1 6; < PA 1 6 7; < FA 8 6; > FA 6 9; < A 9 7`, 'established'],
    ['REJ', 'Sr', '> S 0; < RA 0 1', 'rejected'],
    ['S2', 'ShAF', `${OPEN}; > FA 1 1`, 'established'],
    ['S3', 'ShAf', `${OPEN}; < FA 1 1`, 'established'],
    ['RSTO', 'ShADR', `${OPEN}; > PA 1 1 3; > RA 4 1`, 'established'],
    ['RSTR', 'ShADr', `${OPEN}; > PA 1 1 3; < RA 1 4`, 'established'],
    ['RSTOS0', 'SR', '> S 0; > R 1', 'reset'],
    ['RSTRH', '^hr', '< SA 0 1; < R 1', 'reset'],
    ['SH', 'SF', '> S 0; > F 1', 'no_reply'],
    ['SHR', '^hf', '< SA 0 1; < F 1', 'one_way'],
    ['OTH', 'DdA', '> PA 1 1 4; < PA 1 5 6; > A 5 7', 'established'],
  ])('%s with %s', async (state, history, text, outcome) => {
    const server: [string, number] = ['10.0.0.2', history.startsWith('^') ? 80 : 7777];
    const flow = await one(text, server);
    expect(flow).toMatchObject({ conn_state: state, history, outcome, orig_h: '10.0.0.1', resp_h: '10.0.0.2' });
  });

  it('counts payload by sequence numbers, without SYN and FIN', async () => {
    const flow = await one(`${OPEN}; > PA 1 1 5; < A 1 6; < PA 1 6 700; > A 6 701; > FA 6 701; < FA 701 7; > A 7 702`);
    expect(flow).toMatchObject({ orig_bytes: 5, resp_bytes: 700, missed_bytes: 0, conn_state: 'SF' });
    // The last acknowledgement is counted as a packet, but does not prolong the connection.
    expect(flow).toMatchObject({ orig_pkts: 6, resp_pkts: 4, duration: 0.008 });
  });

  it('retransmissions leave T at 1, 10 and 100', async () => {
    const steps = Array.from({ length: 101 }, () => '> PA 1 1 5').join('; ');
    expect(await one(`${OPEN}; ${steps}`)).toMatchObject({ history: 'ShADTTT', orig_bytes: 5 });
    const few = Array.from({ length: 10 }, () => '> PA 1 1 5').join('; ');
    expect(await one(`${OPEN}; ${few}`)).toMatchObject({ history: 'ShADT' });
  });

  it('a gap is missing bytes and G', async () => {
    const flow = await one(`${OPEN}; > PA 1 1 5; > PA 106 1 5; < A 1 111`);
    expect(flow).toMatchObject({ history: 'ShADaG', missed_bytes: 100, orig_bytes: 110 });
  });

  it('zero windows leave W', async () => {
    expect(await one(`${OPEN}; > PA 1 1 5; < A 1 6 0 0`)).toMatchObject({ history: 'ShADaw' });
  });

  it('a SYN that comes after its answer makes its sender the originator', async () => {
    const flow = await one('< SA 0 1; > S 0; > A 1 1; > PA 1 1 5');
    expect(flow).toMatchObject({ orig_h: '10.0.0.1', resp_h: '10.0.0.2', conn_state: 'S1', orientation: 'seen' });
  });

  it('sequence numbers may wrap', async () => {
    const base = 0xffffff00;
    const packets = [
      tcp(A, B, 'S', base, 0),
      tcp(B, A, 'SA', 0xfffffffe, base + 1),
      tcp(A, B, 'A', base + 1, 0xffffffff),
      tcp(A, B, 'PA', base + 1, 0xffffffff, new Uint8Array(400)),
      tcp(B, A, 'A', 0xffffffff, (base + 401) >>> 0),
      tcp(B, A, 'PA', 0xffffffff, (base + 401) >>> 0, new Uint8Array(50)),
      tcp(A, B, 'A', (base + 401) >>> 0, 49),
    ];
    const { flows } = await runFrames(packets.map((data, k) => ({ ts: k * 1000, data: frame(data) })));
    expect(flows[0]).toMatchObject({ orig_bytes: 400, resp_bytes: 50, missed_bytes: 0, conn_state: 'S1' });
  });
});

describe('where a flow ends', () => {
  it('a new SYN after the end is a new flow', async () => {
    const packets = [...script(`${OPEN}; > FA 1 1; < FA 1 2; > A 2 2`), ...script('> S 77')];
    const { flows } = await runFrames(packets.map((data, k) => ({ ts: k * 1000, data })));
    expect(flows.map((f) => [f.conn_state, f.ended])).toEqual([
      ['SF', 'closed'],
      ['S0', 'eof'],
    ]);
  });

  it('timeouts: attempt 5 s, UDP and ICMP 60 s, TCP as told', async () => {
    const s = 1e6;
    const packets = [
      { ts: 0, data: script('> S 0')[0]! },
      { ts: 6 * s, data: script('> S 0')[0]! },
      { ts: 7 * s, data: frame(udp(['10.0.0.1', 53000], ['10.0.0.9', 53], 'a')) },
      { ts: 66 * s, data: frame(udp(['10.0.0.1', 53000], ['10.0.0.9', 53], 'b')) },
      { ts: 127 * s, data: frame(udp(['10.0.0.1', 53000], ['10.0.0.9', 53], 'c')) },
    ];
    const { flows } = await runFrames(packets);
    expect(flows.map((f) => [f.proto, f.orig_pkts, f.ended])).toEqual([
      ['tcp', 1, 'timeout'],
      ['tcp', 1, 'timeout'],
      ['udp', 2, 'timeout'],
      ['udp', 1, 'eof'],
    ]);
    const open = script(OPEN).map((data, k) => ({ ts: k * s, data }));
    const late = { ts: 400 * s, data: script('> PA 1 1 5')[0]! };
    expect((await runFrames([...open, late])).flows).toHaveLength(1);
    const short = await runFrames([...open, late], { timeouts: { tcpInactivity: 300 } });
    expect(short.flows.map((f) => f.ended)).toEqual(['timeout', 'eof']);
  });

  it('a full table lets the flow go that was idle longest', async () => {
    const packets = Array.from({ length: 40 }, (_, k) => ({
      ts: k * 1000,
      data: frame(tcp([`10.1.0.${k}`, 1000], B, 'S', 1, 0)),
    }));
    const { flows, result } = await runFrames(packets, { maxFlows: 16 });
    expect(flows).toHaveLength(40);
    expect(result.flow.evicted).toBe(24);
    expect(flows.slice(0, 24).every((f) => f.ended === 'evicted')).toBe(true);
  });
});

describe('other protocols', () => {
  it('UDP: states, flipped by server port', async () => {
    const { flows } = await runFrames([
      frame(udp(['10.0.0.1', 5000], ['10.0.0.2', 53], 'query')),
      frame(udp(['10.0.0.2', 53], ['10.0.0.1', 5000], 'an answer')),
      frame(udp(['10.0.0.2', 53], ['10.0.0.3', 5001], 'an answer')),
      frame(udp(['10.0.0.2', 6000], ['10.0.0.3', 6001], 'x')),
    ]);
    expect(flows.map((f) => [f.orig_h, f.resp_h, f.conn_state, f.history, f.orientation])).toEqual([
      ['10.0.0.1', '10.0.0.2', 'SF', 'Dd', 'seen'],
      ['10.0.0.3', '10.0.0.2', 'SHR', '^d', 'guessed'],
      ['10.0.0.2', '10.0.0.3', 'S0', 'D', 'seen'],
    ]);
    expect(flows[0]).toMatchObject({ orig_bytes: 5, resp_bytes: 9, orig_ip_bytes: 33, resp_ip_bytes: 37 });
  });

  it('ICMP: counterparts are the responder’s port, other types one-way with their code', async () => {
    const { flows } = await runFrames([
      frame(icmp('10.0.0.1', '10.0.0.2', 8, 0, 'ping')),
      frame(icmp('10.0.0.2', '10.0.0.1', 0, 0, 'ping')),
      frame(icmp('10.0.0.9', '10.0.0.1', 3, 3, 'unreachable')),
      frame(icmp('fe80::1', 'ff02::2', 133, 0)),
      frame(icmp('fe80::1', 'fe80::2', 128, 0)),
    ]);
    expect(flows.map((f) => [f.orig_p, f.resp_p, f.proto, f.conn_state, f.orig_pkts, f.resp_pkts])).toEqual([
      [8, 0, 'icmp', 'OTH', 1, 1],
      [3, 3, 'icmp', 'OTH', 1, 0],
      [133, 134, 'icmp', 'OTH', 1, 0],
      [128, 129, 'icmp', 'OTH', 1, 0],
    ]);
    expect(flows[0]!.outcome).toBe('established');
  });

  it('wrong checksums are counted, or drop the packet when enforced', async () => {
    const bad = frame(udp(['10.0.0.1', 5000], ['10.0.0.2', 53], 'query'));
    bad[bad.length - 1]! ^= 1;
    const counted = await runFrames([bad]);
    expect(counted.result.flow.badChecksums).toBe(1);
    expect(counted.flows[0]).toMatchObject({ history: 'D', orig_pkts: 1 });
    const enforced = await runFrames([bad], { checksums: 'enforce' });
    expect(enforced.flows[0]).toMatchObject({ history: 'C', orig_pkts: 0, conn_state: 'OTH' });
  });

  it('a protocol without ports is unknown_transport with its number', async () => {
    const { flows } = await runFrames([frame(ipv4('10.0.0.1', '224.0.0.5', 89, new Uint8Array(44)))]);
    expect(flows[0]).toMatchObject({ proto: 'unknown_transport', orig_p: 0, resp_p: 0, extra: '{"ip_proto":89}' });
  });
});
