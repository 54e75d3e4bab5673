// Programs of the traffic laboratory: peers.mjs web ADDRESS | calls URL SECONDS COUNT | send ADDRESS PORT MILLISECONDS
// | receive ADDRESS PORT. `receive` prints one line a datagram: sender, and when it was sent (milliseconds).
import { createSocket } from 'node:dgram';
import { createServer, get } from 'node:http';

const [what, target, ...rest] = process.argv.slice(2);
const rests = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const programs = {
  web() {
    const page = `<html><body>${'lab '.repeat(200)}</body></html>`;
    createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(page)).listen(80, target, () =>
      process.stdout.write('listening\n'),
    );
  },
  async calls() {
    const [every, count] = rest.map(Number);
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      await new Promise((resolve) => {
        get(target, { agent: false, timeout: 2000, headers: { 'user-agent': 'updater/1.0' } }, (answer) =>
          answer.resume().on('close', resolve),
        ).on('error', resolve);
      });
      await rests(Math.max(0, every - (performance.now() - began) / 1000));
    }
  },
  send() {
    const [port, every] = rest.map(Number);
    const socket = createSocket('udp4');
    // A firewall that drops says EPERM to the sender: that is no reason to stop.
    setInterval(() => socket.send(String(Date.now()), port, target, () => undefined), every);
  },
  receive() {
    const socket = createSocket('udp4');
    socket.on('message', (text, from) => process.stdout.write(`${from.address} ${text}\n`));
    socket.bind(Number(rest[0]), target, () => process.stdout.write('listening\n'));
  },
};
const program = programs[what];
if (!program) throw new Error(`no program ${what}`);
await program();
