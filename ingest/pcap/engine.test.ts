import { describe, expect, it } from 'vitest';
import type { Dissector, DissectorFactory } from './dissect/dissector.js';
import { bytes, frame, pcap, tcp, udp } from './testing/packets.js';
import { runFiles, runFrames } from './testing/run.js';

const A: [string, number] = ['10.0.0.1', 40000];
const B: [string, number] = ['10.0.0.2', 7777];
const handshake = [tcp(A, B, 'S', 99, 0), tcp(B, A, 'SA', 499, 100), tcp(A, B, 'A', 100, 500)];

/** A protocol whose messages start with "TEST"; its records tell what it was given. */
const echo: DissectorFactory = {
  name: 'echo',
  transport: 'both',
  order: 1,
  probe: (_orig, buf, start, end) => {
    const text = Buffer.from(buf.subarray(start, end)).toString('latin1');
    if (text.startsWith('TEST')) return 'yes';
    return 'TEST'.startsWith(text) ? 'more' : 'no';
  },
  create: (flow, out): Dissector => {
    let text = '';
    return {
      service: 'echo',
      get active() {
        return !text.includes('STOP');
      },
      data: (fromOrig, _ts, buf, start, end) => {
        text += `${fromOrig ? '>' : '<'}${Buffer.from(buf.subarray(start, end)).toString('latin1')}`;
      },
      gap: (_fromOrig, count) => {
        text += `[${count}]`;
      },
      end: (ts) => out.emit('weird', { uid: flow.uid, ts, name: text, orig_h: flow.orig_h, resp_p: flow.resp_p }),
    };
  },
};

describe('readCapture', () => {
  it('flows cross the files of a series and belong to the file of their first packet', async () => {
    const first = pcap(handshake.map((data, k) => ({ ts: k, data: frame(data) })));
    const second = pcap([
      { ts: 10, data: frame(tcp(A, B, 'PA', 100, 500, 'abc')) },
      { ts: 11, data: frame(udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'x')) },
    ]);
    const { flows, result, index } = await runFiles([first, second]);
    expect(flows.map((f) => [f.file, f.row, f.proto, f.orig_pkts])).toEqual([
      [0, 0, 'tcp', 3],
      [1, 0, 'udp', 1],
    ]);
    expect(result.files.map((f) => [f.packets, f.flows])).toEqual([
      [3, 1],
      [2, 1],
    ]);
    expect(index.map((i) => i.offsets.length)).toEqual([3, 1, 1]);
    expect(new Set(flows.map((f) => f.uid)).size).toBe(2);
  });

  it('packet offsets point at the records of a flow', async () => {
    const data = handshake.map((packet) => frame(packet));
    const other = frame(udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'x'));
    const { index } = await runFrames([data[0]!, other, data[1]!, data[2]!]);
    const size = 16 + data[0]!.length;
    expect(index).toEqual([
      { row: 0, offsets: [24, 24 + size + 16 + other.length, 24 + size * 2 + 16 + other.length] },
      { row: 1, offsets: [24 + size] },
    ]);
  });

  it('uids come from the seed, or from the caller', async () => {
    const packets = [frame(udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'x'))];
    const a = await runFrames(packets, { seed: 'aaaaaaaaaaaaaaaa' });
    const b = await runFrames(packets, { seed: 'bbbbbbbbbbbbbbbb' });
    const c = await runFrames(packets, { uid: (file, row) => `${file}-${row}` });
    expect(a.flows[0]!.uid).toMatch(/^[0-9A-Za-z]{12}$/);
    expect(b.flows[0]!.uid).not.toBe(a.flows[0]!.uid);
    expect(c.flows[0]!.uid).toBe('0-0');
  });

  it('one refused file of a series is marked, all refused throw', async () => {
    const good = pcap([{ ts: 1, data: frame(udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'x')) }]);
    const { result, flows } = await runFiles([bytes('this is text and no capture file'), good]);
    expect(flows).toHaveLength(1);
    expect(result.files.map((f) => f.refused?.reason)).toEqual(['not-a-capture', undefined]);
    await expect(runFiles([bytes('this is text and no capture file')])).rejects.toThrow(/not a pcap/);
    await expect(runFiles([pcap([{ ts: 1, data: bytes('x') }], { linkType: 147 })])).rejects.toThrow(/link type 147/);
  });

  it('a dissector is found by content and fed in order, gaps included', async () => {
    const packets = [
      ...handshake,
      tcp(A, B, 'PA', 100, 500, 'TE'),
      tcp(A, B, 'PA', 106, 500, 'three'),
      tcp(A, B, 'PA', 102, 500, 'ST2-'),
      tcp(B, A, 'PA', 500, 111, 'answer'),
      tcp(A, B, 'PA', 121, 506, 'end'),
      tcp(B, A, 'A', 506, 124),
      tcp(A, B, 'FA', 124, 506),
      tcp(B, A, 'FA', 506, 125),
      udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'TEST udp'),
      udp(['10.0.0.3', 3], ['10.0.0.4', 2], 'nothing'),
    ];
    const { flows, records } = await runFrames(
      packets.map((p) => frame(p)),
      { dissectors: [echo] },
    );
    expect(flows.map((f) => f.service)).toEqual(['echo', 'echo', null]);
    const texts = records.filter((r) => r.table === 'weird').map((r) => r.row.name);
    expect(texts).toContain('>TE>ST2->three<answer[10]>end');
    expect(texts).toContain('>TEST udp');
    expect(records.find((r) => r.row.name === '>TEST udp')?.row.uid).toBe(flows[1]!.uid);
  });

  it('the stream limit turns the rest into a gap, a dissector that stops is left alone', async () => {
    const packets = [...handshake, tcp(A, B, 'PA', 100, 500, 'TEST 12345'), tcp(A, B, 'PA', 110, 500, '67890')];
    const limited = await runFrames(
      packets.map((p) => frame(p)),
      { dissectors: [echo], streams: { bytes: 12 } },
    );
    expect(limited.records.map((r) => r.row.name)).toEqual(['>TEST 12345>67[3]']);
    const stop = [...handshake, tcp(A, B, 'PA', 100, 500, 'TEST STOP'), tcp(A, B, 'PA', 109, 500, 'more')];
    const stopped = await runFrames(
      stop.map((p) => frame(p)),
      { dissectors: [echo] },
    );
    expect(stopped.records.map((r) => r.row.name)).toEqual(['>TEST STOP']);
    expect(stopped.flows[0]!.service).toBe('echo');
  });

  it('oddities are weird rows, once per flow and kind', async () => {
    const odd = [tcp(A, B, 'S', 99, 0), tcp(A, B, 'PA', 100, 0, 'x'), tcp(A, B, 'PA', 101, 0, 'x')];
    const cut = frame(udp(['10.0.0.3', 1], ['10.0.0.4', 2], 'x')).slice(0, 36);
    const { records, flows } = await runFrames([...odd.map((p) => frame(p)), cut]);
    const rows = records.filter((r) => r.table === 'weird').map((r) => [r.row.name, r.row.uid]);
    expect(rows.filter(([name]) => name === 'data_before_established')).toEqual([
      ['data_before_established', flows[0]!.uid],
    ]);
    expect(rows).toContainEqual(['truncated_header', undefined]);
  });

  it('sizes, outcome and orientation are derived', async () => {
    const { flows } = await runFrames([
      frame(tcp(A, B, 'S', 99, 0)),
      frame(tcp(B, A, 'RA', 0, 100)),
      frame(udp(['10.0.0.3', 53], ['10.0.0.4', 999], 'x')),
    ]);
    expect(flows[0]).toMatchObject({
      outcome: 'rejected',
      established: false,
      orientation: 'seen',
      orig_size: 40,
      resp_size: 40,
    });
    expect(flows[1]).toMatchObject({ outcome: 'no_reply', orientation: 'guessed', orig_size: 0, resp_size: 29 });
  });
});
