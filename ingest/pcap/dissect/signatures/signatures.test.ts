import { describe, expect, it } from 'vitest';
import { client, dissect, server } from '../../../../test/acceptance/dissect/harness.js';
import { SAMPLES } from '../../../../test/acceptance/dissect/samples.js';

const hex = (s: string) => Buffer.from(s.replaceAll(' ', ''), 'hex');

const TCP: [string, string | Buffer, 'orig' | 'resp'][] = [
  ['smb', hex('00000010 fe534d42 40000000'), 'orig'],
  ['rdp', hex('0300000b 06e00000000000'), 'orig'],
  ['rfb', 'RFB 003.008\n', 'resp'],
  ['bittorrent', `\x13BitTorrent protocol${'\0'.repeat(48)}`, 'orig'],
  ['mqtt', hex('101000044d515454 04020 03c0004 61626364'), 'orig'],
  ['redis', '*1\r\n$4\r\nPING\r\n', 'orig'],
  ['postgresql', hex('0000000804d2162f'), 'orig'],
  ['mysql', Buffer.concat([hex('4a0000000a'), Buffer.from('8.0.33\0'), Buffer.alloc(60, 1)]), 'resp'],
  ['pop3', '+OK ready\r\n', 'resp'],
  ['imap', '* OK IMAP4rev1\r\n', 'resp'],
  ['irc', 'NICK somebody\r\nUSER a b c :d\r\n', 'orig'],
  ['rtsp', 'OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n', 'orig'],
  ['xmpp', "<?xml version='1.0'?><stream:stream to='a'>", 'orig'],
  ['ldap_tcp', hex('300c020101600702010304008000'), 'orig'],
  ['dce_rpc', hex('05000b0310000000480000000100000000000000'), 'orig'],
  ['socks', hex('050100'), 'orig'],
  ['modbus', hex('000100000006010300000001'), 'orig'],
  ['dnp3_tcp', hex('056405c001000004e921'), 'orig'],
  ['memcached', 'get key\r\n', 'orig'],
  ['gnutella', 'GNUTELLA CONNECT/0.6\r\n', 'orig'],
];

const UDP: [string, string | Buffer, number][] = [
  ['ntp', Buffer.concat([hex('23'), Buffer.alloc(47)]), 123],
  ['snmp', hex('302602010104067075626c6963a019020101020100020100300e300c06082b060102010101000500'), 161],
  ['sip', 'INVITE sip:a@b.test SIP/2.0\r\n', 5060],
  ['stun', hex('000100002112a442000102030405060708090a0b'), 3478],
  ['radius', hex('010100140000000000000000000000000000000000').subarray(0, 20), 1812],
  ['syslog', '<34>Oct 11 22:14:15 host su: x', 514],
  ['tftp', '\0\x01file\0octet\0', 69],
  ['krb', Buffer.concat([hex('6a8180307d'), Buffer.alloc(125)]), 88],
  ['bittorrent', 'd1:ad2:id20:abcdefghij0123456789e1:q4:ping', 6881],
];

describe('services by the first bytes', () => {
  it.each(TCP)('%s', (service, bytes, side) => {
    const packet = side === 'orig' ? client(bytes) : server(bytes);
    expect(dissect({ flow: { resp_p: 9999 }, packets: [packet] }).service).toBe(service);
  });

  it.each(UDP)('%s over UDP', (service, bytes, port) => {
    expect(dissect({ flow: { proto: 'udp', resp_p: port }, packets: [client(bytes)] }).service).toBe(service);
  });

  it('nothing for bytes without a meaning', () => {
    expect(
      dissect({ flow: {}, packets: [client(Buffer.alloc(100, 0xa7)), server(Buffer.alloc(100, 0xb3))] }).service,
    ).toBeUndefined();
  });

  it('TLS inside', () => {
    const { packets } = SAMPLES.tls12!;
    const found = dissect({ flow: { resp_p: 389 }, packets: [...SAMPLES.ldap!.packets, ...packets] });
    expect(found.service).toBe('ldap_tcp,ssl');
    expect(found.rows('ssl')).toHaveLength(1);
  });
});
