import { u32 } from '../bytes.js';
import {
  byte,
  kerberos,
  ldap,
  modbus,
  mongodb,
  ntp,
  port,
  radius,
  rpc,
  snmp,
  stun,
  syslog,
  type Test,
  u24le,
} from './matchers.js';

/** How to know a service by the first bytes of either direction. */
export interface Signature {
  readonly service: string;
  readonly transport: 'tcp' | 'udp' | 'both';
  readonly orig?: Test;
  readonly resp?: Test;
  /** TLS may begin later inside the same connection. */
  readonly upgrades?: true;
  /** Name of the tunnel that it opens. */
  readonly tunnel?: string;
  /** Connections for files are announced in the text (DCC). */
  readonly announces?: true;
  /** Authentication inside is looked for (NTLM, GSSAPI). */
  readonly authenticates?: true;
}

/** The table: first match wins. Names are Zeek's where it has one. */
export const SIGNATURES: readonly Signature[] = [
  {
    service: 'smb',
    transport: 'tcp',
    orig: /^(?:\x00[\s\S]{3})?[\xff\xfe]SMB/,
    resp: /^(?:\x00[\s\S]{3})?[\xff\xfe]SMB/,
    authenticates: true,
  },
  { service: 'smb', transport: 'tcp', orig: /^\x81\x00\x00\x44 [A-P]{32}\x00 [A-P]{32}\x00/ },
  {
    service: 'rdp',
    transport: 'tcp',
    orig: /^\x03\x00[\s\S]{2}[\s\S]\xe0\x00\x00[\s\S]{2}\x00/,
    resp: /^\x03\x00\x00[\x0b-\x13][\x06-\x0e]\xd0/,
    upgrades: true,
  },
  { service: 's7comm', transport: 'tcp', orig: /^\x03\x00[\s\S]{2}\x02\xf0\x80\x32/ },
  { service: 'rfb', transport: 'tcp', orig: /^RFB 00[3-5]\.\d{3}\n/, resp: /^RFB 00[3-5]\.\d{3}\n/ },
  { service: 'bittorrent', transport: 'tcp', orig: /^\x13BitTorrent protocol/, resp: /^\x13BitTorrent protocol/ },
  {
    service: 'bittorrent',
    transport: 'udp',
    orig: /^d1:(?:ad2:id20:|rd2:id20:|eli)|^d2:ip6:/,
    resp: /^d1:(?:ad2:id20:|rd2:id20:|eli)/,
  },
  { service: 'mqtt', transport: 'tcp', orig: /^\x10[\s\S]{1,4}\x00(?:\x04MQTT|\x06MQIsdp)/ },
  { service: 'redis', transport: 'tcp', orig: /^(?:\*[1-9]\d{0,4}\r\n\$\d{1,8}\r\n|PING\r\n|INFO\r\n)/ },
  {
    service: 'postgresql',
    transport: 'tcp',
    orig: /^(?:\x00\x00\x00\x08\x04\xd2\x16[\x2f\x30]|\x00\x00[\s\S]{2}\x00\x03\x00\x00(?:user|database|client_encoding|application_name)\x00)/,
    upgrades: true,
  },
  {
    service: 'mysql',
    transport: 'tcp',
    resp: (h) =>
      u24le(h) <= 512 &&
      byte(h, 3) === 0 &&
      ((byte(h, 4) === 10 && /^[\x20-\x7e]{3,60}\x00/.test(h.text.slice(5))) ||
        (byte(h, 4) === 0xff && u24le(h) > 5 && [1040, 1129, 1130, 2013].includes(byte(h, 5) + 256 * byte(h, 6)))),
    upgrades: true,
  },
  {
    service: 'cassandra',
    transport: 'tcp',
    orig: (h) =>
      h.size >= 9 &&
      byte(h, 0) >= 3 &&
      byte(h, 0) <= 5 &&
      byte(h, 1) <= 0x10 &&
      (byte(h, 4) === 1 || byte(h, 4) === 5) &&
      u32(h.buf, h.start + 5) === h.size - 9,
  },
  {
    service: 'memcached',
    transport: 'tcp',
    orig: /^(?:(?:get|gets|delete|touch|incr|decr) [\x21-\x7e]{1,250}[^\r\n]*\r\n|(?:set|add|replace|append|prepend|cas) [\x21-\x7e]{1,250} \d+ \d+ \d+[^\r\n]*\r\n|stats[^\r\n]{0,20}\r\n|version\r\n)/,
  },
  { service: 'memcached', transport: 'udp', orig: /^[\s\S]{2}\x00\x00\x00\x01\x00\x00(?:get|gets|stats|set) ?/ },
  {
    service: 'pop3',
    transport: 'tcp',
    orig: /^(?:USER [^\r\n]+|CAPA|STLS|APOP [^\r\n]+|AUTH(?: [A-Z0-9-]+)?)\r?\n/i,
    resp: /^\+OK\b/,
    upgrades: true,
  },
  {
    service: 'imap',
    transport: 'tcp',
    orig: /^[A-Za-z0-9.]{1,12} (?:CAPABILITY|LOGIN [^\r\n]+|STARTTLS|AUTHENTICATE [^\r\n]+|ID \()/i,
    resp: /^\* (?:OK|PREAUTH|BYE)\b/,
    upgrades: true,
  },
  {
    service: 'irc',
    transport: 'tcp',
    orig: /^(?:(?:NICK|PASS) [^\r\n]+\r?\n|USER [^\r\n ]+ [^\r\n ]+ [^\r\n]+\r?\n|CAP (?:LS|REQ|END)[^\r\n]*\r?\n)/i,
    resp: /^:[^\s\r\n]+ (?:NOTICE|\d{3}|MODE|PRIVMSG) /,
    announces: true,
    upgrades: true,
  },
  {
    service: 'rtsp',
    transport: 'tcp',
    orig: /^(?:OPTIONS|DESCRIBE|SETUP|PLAY|PAUSE|TEARDOWN|ANNOUNCE|RECORD|GET_PARAMETER|SET_PARAMETER) [^\r\n]+ RTSP\/1\./,
    resp: /^RTSP\/1\.\d \d{3}/,
  },
  {
    service: 'sip',
    transport: 'both',
    orig: /^\s*(?:INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE) (?:sips?|tel):[^\r\n]+ SIP\/2\.0|^SIP\/2\.0 \d{3}/i,
    resp: /^SIP\/2\.0 \d{3}|^(?:INVITE|ACK|BYE|CANCEL|OPTIONS|NOTIFY) sips?:/i,
  },
  {
    service: 'xmpp',
    transport: 'tcp',
    orig: /^(?:<\?xml[^>]*>\s*)?<stream:stream /,
    resp: /^(?:<\?xml[^>]*>\s*)?<stream:stream /,
    upgrades: true,
  },
  { service: 'gnutella', transport: 'tcp', orig: /^GNUTELLA CONNECT\//, resp: /^GNUTELLA\/\d/ },
  {
    service: 'dce_rpc',
    transport: 'tcp',
    orig: /^\x05[\x00\x01][\x00\x0b\x0e\x10][\s\S]\x10\x00\x00\x00/,
    resp: /^\x05[\x00\x01][\x02\x0c\x0d\x0f][\s\S]\x10\x00\x00\x00/,
    authenticates: true,
  },
  { service: 'ldap_tcp', transport: 'tcp', orig: ldap, resp: ldap, upgrades: true, authenticates: true },
  { service: 'ldap_udp', transport: 'udp', orig: (h) => ldap(h) && !snmp(h) },
  {
    service: 'krb_tcp',
    transport: 'tcp',
    orig: (h) => u32(h.buf, h.start) < 1 << 17 && kerberos(h, 4),
    resp: (h) => u32(h.buf, h.start) < 1 << 17 && kerberos(h, 4),
  },
  { service: 'krb', transport: 'udp', orig: (h) => kerberos(h, 0), resp: (h) => kerberos(h, 0) },
  { service: 'mongodb', transport: 'tcp', orig: mongodb },
  { service: 'snmp', transport: 'udp', orig: snmp, resp: snmp },
  {
    service: 'socks',
    transport: 'tcp',
    orig: /^(?:\x05(?:\x01[\x00-\x02]|\x02[\x00-\x02]{2}|\x03[\x00-\x02\x80]{3}|\x04[\x00-\x03\x80]{4})$|\x04[\x01\x02][\s\S]{2}(?:\x00\x00\x00[^\x00]|[\x01-\xdf][\s\S]{3})[\x20-\x7e]{0,64}\x00)/,
    tunnel: 'Tunnel::SOCKS',
    upgrades: true,
  },
  { service: 'modbus', transport: 'tcp', orig: modbus, resp: (h) => port(h, 502) && modbus(h) },
  {
    service: 'dnp3_tcp',
    transport: 'tcp',
    orig: /^\x05\x64[\x05-\xff][\xc0-\xcf\x40-\x4f\x80-\x8f\xd0-\xdf\xf0-\xff]/,
    resp: /^\x05\x64[\x05-\xff][\x00-\x7f]/,
  },
  { service: 'dnp3_udp', transport: 'udp', orig: /^\x05\x64[\x05-\xff][\xc0-\xcf\x40-\x4f]/ },
  {
    service: 'enip',
    transport: 'tcp',
    orig: /^[\x63-\x70]\x00[\s\S]{2}[\s\S]{4}\x00\x00\x00\x00[\s\S]{8}\x00\x00\x00\x00/,
  },
  { service: 'bacnet', transport: 'udp', orig: /^\x81[\x00-\x0b]\x00[\s\S]\x01/ },
  {
    service: 'bgp',
    transport: 'tcp',
    orig: /^\xff{16}\x00[\x13-\xff][\x01-\x05]/,
    resp: /^\xff{16}\x00[\x13-\xff][\x01-\x05]/,
  },
  { service: 'rsync', transport: 'tcp', orig: /^@RSYNCD: /, resp: /^@RSYNCD: / },
  { service: 'telnet', transport: 'tcp', orig: /^\xff[\xfb-\xfe][\x00-\x31]/, resp: /^\xff[\xfb-\xfe][\x00-\x31]/ },
  { service: 'portmapper', transport: 'both', orig: rpc(100000) },
  { service: 'nfs', transport: 'both', orig: rpc(100003) },
  { service: 'mount', transport: 'both', orig: rpc(100005) },
  { service: 'stun', transport: 'both', orig: stun, resp: stun, upgrades: true },
  {
    service: 'rdpeudp',
    transport: 'udp',
    orig: /^\xff\xff\xff\xff[\s\S]{2}[\x00-\x1f][\x01\x11\x19][\s\S]{4}\x04[\s\S]\x04/,
  },
  { service: 'tftp', transport: 'udp', orig: /^\x00[\x01\x02][\x20-\x7e]{1,200}\x00(?:octet|netascii|mail)\x00/i },
  { service: 'radius', transport: 'udp', orig: radius, resp: radius },
  { service: 'syslog', transport: 'both', orig: syslog },
  {
    service: 'ipsec',
    transport: 'udp',
    orig: (h) =>
      port(h, 500, 4500) &&
      /^(?:\x00\x00\x00\x00)?[\s\S]{16}[\x01\x21\x22\x29\x2e\x2f][\x10\x20][\x02-\x29]/.test(h.text),
  },
  { service: 'wireguard', transport: 'udp', orig: (h) => h.size === 148 && /^\x01\x00\x00\x00/.test(h.text) },
  {
    service: 'gtpv1',
    transport: 'udp',
    orig: (h) => port(h, 2123, 2152) && byte(h, 0) >> 4 === 3 && h.size >= 8,
    resp: (h) => port(h, 2123, 2152) && byte(h, 0) >> 4 === 3 && h.size >= 8,
  },
  { service: 'ntp', transport: 'udp', orig: ntp, resp: ntp },
];
