// Preloaded (`node --import`): whoever asks the network is written to the file in NETWORK_LOG, and gets an error.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);
const { appendFileSync } = require('node:fs');

const refuse = (what) => () => {
  appendFileSync(process.env.NETWORK_LOG, `${what}\n`);
  throw new Error(`network: ${what}`);
};

require('node:net').Socket.prototype.connect = refuse('net connect');
require('node:dgram').createSocket = refuse('dgram socket');
for (const dns of [require('node:dns'), require('node:dns').promises]) {
  for (const name of Object.keys(dns)) {
    if (/^(lookup|resolve|reverse)/.test(name)) dns[name] = refuse(`dns ${name}`);
  }
  for (const name of ['resolve', 'resolve4', 'resolve6', 'reverse']) dns.Resolver.prototype[name] = refuse(`dns ${name}`);
}
globalThis.fetch = refuse('fetch');
syncBuiltinESMExports();
