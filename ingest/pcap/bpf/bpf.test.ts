import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { frame, icmp, tcp, udp } from '../testing/packets.js';
import { runFrames } from '../testing/run.js';
import { compileFilter, FilterError } from './compile.js';
import { BpfProgram } from './interpreter.js';

/** What `tcpdump -ddd 'udp port 53'` gives for Ethernet. */
const UDP_53 = `20
40 0 0 12
21 0 6 34525
48 0 0 20
21 0 15 17
40 0 0 54
21 12 0 53
40 0 0 56
21 10 11 53
21 0 10 2048
48 0 0 23
21 0 8 17
40 0 0 20
69 6 0 8191
177 0 0 14
72 0 0 14
21 2 0 53
72 0 0 16
21 0 1 53
6 0 0 262144
6 0 0 0
`;

const packets = [
  frame(udp(['10.0.0.1', 5000], ['10.0.0.2', 53], 'q')),
  frame(udp(['10.0.0.2', 53], ['10.0.0.1', 5000], 'a')),
  frame(udp(['2001:db8::1', 5000], ['2001:db8::2', 53], 'q')),
  frame(udp(['10.0.0.1', 5000], ['10.0.0.2', 54], 'q')),
  frame(tcp(['10.0.0.1', 5000], ['10.0.0.2', 53], 'S', 1, 0)),
  frame(icmp('10.0.0.1', '10.0.0.2', 8, 0)),
];

describe('interpreter', () => {
  it('runs a program', () => {
    const program = BpfProgram.parse(UDP_53);
    expect(packets.map((p) => program.matches(p, 0, p.length, p.length))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('a load behind the end of the packet does not match', () => {
    const program = BpfProgram.parse(UDP_53);
    expect(program.matches(packets[0]!, 0, 20, 60)).toBe(false);
  });

  it('division by zero does not match', () => {
    expect(BpfProgram.parse('3\n0 0 0 5\n52 0 0 0\n6 0 0 1').matches(packets[0]!, 0, 10, 10)).toBe(false);
  });

  it('refuses what is no program', () => {
    expect(() => BpfProgram.parse('tcpdump: syntax error')).toThrow();
    expect(() => BpfProgram.parse('2\n6 0 0 1')).toThrow();
  });
});

const tcpdump = spawnSync('tcpdump', ['--version']).error === undefined;
describe.skipIf(!tcpdump)('with tcpdump', () => {
  it.each([
    ['udp port 53', 3],
    ['not tcp and host 10.0.0.1', 4],
    ['tcp[tcpflags] & tcp-syn != 0', 1],
    ['len > 60', 1],
  ])('%s', async (filter, count) => {
    const { result } = await runFrames(packets, { filter });
    expect(result.packets - result.filtered).toBe(count);
  });

  it('an expression that is wrong is told in one line', () => {
    expect(() => compileFilter('tcp prt 80', 1)).toThrow(FilterError);
    try {
      compileFilter('tcp prt 80', 1);
    } catch (error) {
      expect((error as Error).message).toMatch(/^can't parse [^\n]+ \(link type EN10MB\)$/);
    }
  });
});
