import { gzipSync } from 'node:zlib';
import {
  cat,
  certificate,
  clientHello,
  dhcp,
  dnsMessage,
  dnsRecord,
  kexInit,
  quicInitial,
  record,
  serverHello,
  sshPacket,
  u8,
  vec16,
  vec24,
  vec32,
} from './build.js';
import { type Conversation, client, server } from './harness.js';

const dcid = Buffer.from('8394c8f03e515708', 'hex');
const form =
  '--xx\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nsome plain text of a file\r\n--xx\r\n\r\n%PDF-1.4 another file here\r\n--xx--\r\n';
const gzip = gzipSync('hello hello hello hello\n'.repeat(20));
const encrypted = (size: number) => record(23, Buffer.alloc(size, 0x5a));
const serverFlight = cat(
  serverHello(0xc02f),
  u8(11),
  vec24(vec24(vec24(certificate()))),
  u8(12),
  vec24(Buffer.from([3, 0, 23, 1, 4])),
  u8(14),
  vec24(Buffer.alloc(0)),
);

/** One well-formed conversation per protocol: for unit tests, and to be damaged in fuzz tests. */
export const SAMPLES: Record<string, Conversation> = {
  dns: {
    flow: { proto: 'udp', resp_p: 53 },
    packets: [
      client(dnsMessage(7, 0x0100, 'www.Example.test', 1)),
      server(
        dnsMessage(7, 0x8180, 'www.example.test', 1, [
          dnsRecord(1, 300, Buffer.from([192, 0, 2, 1])),
          dnsRecord(16, 60, cat(u8(5), 'hello', u8(2), 'hi')),
        ]),
      ),
    ],
  },
  dnsTcp: {
    flow: { resp_p: 53 },
    packets: [client(vec16(dnsMessage(9, 0x0100, 'a.test', 28))), server(vec16(dnsMessage(9, 0x8183, 'a.test', 28)))],
  },
  http: {
    flow: {},
    packets: [
      client(
        'GET /a%20b HTTP/1.1\r\nHost: example.test\r\nUser-Agent: curl/8.1.2\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\nGET /two HTTP/1.1\r\nHost: example.test\r\n\r\n',
      ),
      server(
        'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<html><body>hell\r\n5;x=y\r\nohoho\r\n0\r\n\r\n',
      ),
      server(cat(`HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nContent-Length: ${gzip.length}\r\n\r\n`, gzip)),
      client(
        `POST /form HTTP/1.1\r\nHost: example.test\r\nContent-Type: multipart/form-data; boundary="xx"\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
      ),
      server('HTTP/1.0 204 No Content\r\n\r\n'),
    ],
  },
  tls12: {
    flow: { resp_p: 443 },
    packets: [
      client(record(22, clientHello())),
      server(record(22, serverFlight)),
      client(
        cat(record(22, cat(u8(16), vec24(Buffer.alloc(33, 4)))), record(20, u8(1)), record(22, Buffer.alloc(40, 0x77))),
      ),
      server(cat(record(20, u8(1)), record(22, Buffer.alloc(40, 0x78)))),
      client(encrypted(100)),
    ],
  },
  tls13: {
    flow: { resp_p: 443 },
    packets: [
      client(record(22, clientHello({ versions: [0x0a0a, 0x0304, 0x0303] }))),
      server(cat(record(22, serverHello(0x1301, 0x0304)), record(20, u8(1)), encrypted(900))),
      client(cat(record(20, u8(1)), encrypted(60))),
    ],
  },
  quic: {
    flow: { proto: 'udp', resp_p: 443 },
    packets: [
      client(quicInitial(true, dcid, clientHello({ versions: [0x0304], alpn: ['h3'] }))),
      server(quicInitial(false, dcid, serverHello(0x1301, 0x0304))),
    ],
  },
  ssh: {
    flow: { resp_p: 22 },
    packets: [
      server('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'),
      client('SSH-2.0-OpenSSH_9.7\r\n'),
      client(
        kexInit(
          'curve25519-sha256,ecdh-sha2-nistp256',
          'ssh-ed25519',
          'aes128-ctr,aes256-ctr',
          'hmac-sha2-256',
          'none',
        ),
      ),
      server(
        kexInit('ecdh-sha2-nistp256', 'ssh-ed25519,ssh-rsa', 'aes256-ctr', 'hmac-sha2-256', 'none,zlib@openssh.com'),
      ),
      client(sshPacket(30, vec32(Buffer.alloc(65, 4)))),
      server(
        cat(
          sshPacket(31, vec32(cat(vec32('ssh-ed25519'), vec32(Buffer.alloc(32, 5))))),
          sshPacket(21, Buffer.alloc(0)),
        ),
      ),
      client(sshPacket(21, Buffer.alloc(0))),
      // Extensions of the server, which answer nothing.
      server(Buffer.alloc(116, 9)),
      client(Buffer.alloc(44, 8)),
      server(Buffer.alloc(44, 1)),
      server(Buffer.alloc(76, 2)),
      server(Buffer.alloc(76, 3)),
      server(Buffer.alloc(28, 4)),
    ],
  },
  smtp: {
    flow: { resp_p: 25 },
    packets: [
      server('220 mail.example.test ESMTP Postfix\r\n'),
      client('EHLO me.test\r\n'),
      server('250-mail.example.test\r\n250 SIZE 1000\r\n'),
      client('MAIL FROM:<a@example.test> SIZE=10\r\nRCPT TO:<b@example.test>\r\nDATA\r\n'),
      server('250 Ok\r\n250 Ok\r\n354 go on\r\n'),
      client(
        'From: A <a@example.test>\r\nTo: b@example.test,\r\n c@example.test\r\nSubject: hello\r\nReceived: from x ([192.0.2.7])\r\nX-Mailer: Thing 1.2\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nplain text is here\r\n--bb\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=x.png\r\n\r\niVBORw0KGgoAAAANSUhEUg==\r\n--bb--\r\n.\r\n',
      ),
      server('250 2.0.0 Ok: queued as 1\r\n'),
      client('QUIT\r\n'),
      server('221 Bye\r\n'),
    ],
  },
  ftp: {
    flow: { resp_p: 21 },
    packets: [
      server('220-Welcome\r\n220 FTP ready\r\n'),
      client('USER anonymous\r\n'),
      server('331 password please\r\n'),
      client('PASS me@example.test\r\n'),
      server('230 in\r\n'),
      client('CWD pub\r\n'),
      server('250 fine\r\n'),
      client('PASV\r\n'),
      server('227 Entering Passive Mode (10,0,0,2,200,10)\r\n'),
      client('RETR file.bin\r\n'),
      server('150 Opening (77 bytes)\r\n'),
      server('226 done\r\n'),
      client('QUIT\r\n'),
    ],
  },
  dhcp: {
    flow: { proto: 'udp', orig_h: '0.0.0.0', orig_p: 68, resp_h: '255.255.255.255', resp_p: 67 },
    packets: [
      client(
        dhcp(
          1,
          99,
          [0, 0, 0, 0],
          [
            [53, u8(1)],
            [12, 'host1'],
            [50, Buffer.from([10, 0, 0, 9])],
            [61, Buffer.from([1, 2, 0, 0, 0, 0, 8])],
          ],
        ),
      ),
      server(
        dhcp(
          2,
          99,
          [10, 0, 0, 9],
          [
            [53, u8(2)],
            [51, Buffer.from([0, 0, 14, 16])],
            [15, 'lan.test'],
            [54, Buffer.from([10, 0, 0, 254])],
          ],
        ),
      ),
    ],
  },
  websocket: {
    flow: { resp_p: 80 },
    packets: [
      client('GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
      server('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
      server(cat(u8(0x82), u8(25), 'SSH-2.0-OpenSSH_9.2p1 X\r\n')),
      client(cat(u8(0x82), u8(0x80 | 21), Buffer.from([0, 0, 0, 0]), 'SSH-2.0-OpenSSH_9.7\r\n')),
    ],
  },
  ldap: {
    flow: { resp_p: 389 },
    packets: [
      client(Buffer.from('300c020101600702010304008000', 'hex')),
      server(Buffer.from('300c02010161070a010004000400', 'hex')),
    ],
  },
  sip: { flow: { proto: 'udp', resp_p: 5060 }, packets: [client('REGISTER sip:a.test SIP/2.0\r\nVia: x\r\n\r\n')] },
};
