import { describe, expect, it } from 'vitest';
import { cat, dnsMessage, dnsRecord, u8, u16 } from '../../../../test/acceptance/dissect/build.js';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';
import { readName } from './message.js';
import { netbiosName } from './names.js';

describe('dns', () => {
  it('joins query and response', () => {
    const found = dissect(SAMPLES.dns!);
    expect(found.service).toBe('dns');
    expect(found.rows('dns')).toEqual([
      expect.objectContaining({
        query: 'www.example.test',
        trans_id: 7,
        qclass_name: 'C_INTERNET',
        qtype_name: 'A',
        rcode_name: 'NOERROR',
        rtt: 1,
        AA: false,
        RD: true,
        RA: true,
        rejected: false,
        answers: ['192.0.2.1', 'TXT 5 hello TXT 2 hi'],
        ttls: [300, 60],
      }),
    ]);
  });

  it('keeps transactions over TCP apart from their lengths', () => {
    const [row] = dissect(SAMPLES.dnsTcp!).rows('dns');
    expect(row).toMatchObject({
      query: 'a.test',
      qtype_name: 'AAAA',
      rcode_name: 'NXDOMAIN',
      rejected: true,
      proto: 'tcp',
    });
  });

  it('writes what was never answered, and answers without a query', () => {
    const flow = { proto: 'udp' as const, resp_p: 53 };
    const rows = dissect({
      flow,
      packets: [
        client(dnsMessage(1, 0x100, 'a.test', 1)),
        client(dnsMessage(1, 0x100, 'a.test', 1)),
        server(dnsMessage(1, 0x8180, 'a.test', 1, [dnsRecord(5, 1, cat(u16(0xc00c)))])),
        server(dnsMessage(2, 0x8580, 'b.test', 1, [dnsRecord(1, 1, Buffer.from([1, 2, 3, 4]))])),
      ],
    }).rows('dns');
    expect(rows).toEqual([
      expect.objectContaining({ trans_id: 1, answers: ['a.test'], rtt: 2 }),
      expect.objectContaining({ trans_id: 2, query: 'b.test', AA: true, answers: ['1.2.3.4'] }),
      expect.objectContaining({ trans_id: 1, query: 'a.test' }),
    ]);
    expect(rows[1]!.qtype_name).toBeUndefined();
    expect(rows[2]!.rcode_name).toBeUndefined();
  });

  it('is found on any port when there is no doubt, and not otherwise', () => {
    const packets = [client(dnsMessage(5, 0x100, 'c.test', 28))];
    expect(dissect({ flow: { proto: 'udp', resp_p: 5300 }, packets }).service).toBe('dns');
    const cut = [client(dnsMessage(5, 0x100, 'c.test', 28).subarray(0, 20))];
    expect(dissect({ flow: { proto: 'udp', resp_p: 5300 }, packets: cut }).service).toBeUndefined();
  });

  it('does not follow loops of pointers', () => {
    expect(readName(Buffer.from([0xc0, 0x00]), 0, 0, 2)).toBeUndefined();
    expect(readName(Buffer.from([1, 97, 0xc0, 0x00]), 0, 0, 4)).toBeUndefined();
    expect(readName(cat(u8(1), 'a', u8(0), u8(1), 'b', u16(0xc000)), 3, 0, 7)).toBe('b.a');
  });

  it('writes names in lower case and leaves what is not ASCII', () => {
    expect(readName(cat(u8(3), 'WwW', u8(3), Buffer.from('\u00c4B'), u8(0)), 0, 0, 9)).toBe('www.\u00c4b');
  });

  it('decodes NetBIOS names', () => {
    expect(netbiosName('fhepfcelehfcepfffacacacacacacaaa')).toBe('WORKGROUP');
    expect(netbiosName('plain')).toBe('plain');
  });
});
