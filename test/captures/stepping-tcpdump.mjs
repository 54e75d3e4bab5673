#!/usr/bin/env node
// tcpdump on a machine whose clock is set: stands in for it on the PATH, and moves the stamps of the packets from the
// real one by STEPS (JSON: [[seconds since the start, shift in seconds], ...]).
import { spawn } from 'node:child_process';

const steps = JSON.parse(process.env.STEPS ?? '[]');
const began = performance.now();
const real = spawn(process.env.REAL_TCPDUMP, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1']) process.on(signal, () => real.kill(signal));
let rest = Buffer.alloc(0);
let header = 24;
real.stdout.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  let at = header;
  if (rest.length < at) return;
  header = 0;
  while (rest.length >= at + 16 && rest.length >= at + 16 + rest.readUInt32LE(at + 8)) {
    const since = (performance.now() - began) / 1000;
    const shift = steps.findLast(([from]) => since >= from)?.[1] ?? 0;
    rest.writeUInt32LE(rest.readUInt32LE(at) + shift, at);
    at += 16 + rest.readUInt32LE(at + 8);
  }
  process.stdout.write(rest.subarray(0, at));
  rest = rest.subarray(at);
});
real.on('close', (code) => process.exit(code ?? 1));
