import { spawnSync } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { query } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

/** SYNs from as many addresses; FLOOD_FLOWS=5000000 for the long run. */
const FLOWS = Number(process.env.FLOOD_FLOWS ?? 450_000);
/** Flows that the engine holds at the same time. */
const HELD = 400_000;
const LIMIT_MB = 400;
const RECORD = 16 + 54;

it(`a SYN flood from ${FLOWS} addresses stays within the memory limit and loses no flow`, { timeout: 600_000 }, () => {
  const folder = tempDir('flood');
  const path = join(folder, 'flood.pcap');
  writeFlood(path);
  expect(statSync(path).size).toBe(24 + FLOWS * RECORD);
  const db = join(folder, 'case.duckdb');
  const peak = 'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';
  const main = join(packageRoot, 'dist', 'cli', 'main.js');
  const args = ['--import', peak, main, 'ingest', path, '--db', db, '--memory-limit', `${LIMIT_MB}MB`];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  const megabytes = Number(/peak (\d+)/.exec(run.stderr)![1]) / 1024;
  expect(megabytes).toBeLessThan(LIMIT_MB + 350);
  const [counts] = query(
    db,
    `SELECT count(*)::INTEGER AS flows, count(DISTINCT orig_h)::INTEGER AS addresses, min(flow_id)::INTEGER AS first,
       max(flow_id)::INTEGER AS last, count(*) FILTER (ended = 'evicted')::INTEGER AS evicted,
       count(*) FILTER (conn_state = 'S0')::INTEGER AS unanswered FROM flows`,
  );
  expect(counts).toEqual({
    flows: FLOWS,
    addresses: FLOWS,
    first: 0,
    last: FLOWS - 1,
    evicted: FLOWS - HELD,
    unanswered: FLOWS,
  });
  const [kept] = query(db, "SELECT (details->>'$.flow.evicted')::INTEGER AS evicted FROM captures");
  expect(kept).toEqual({ evicted: FLOWS - HELD });
});

/** All within one second, so that nothing times out. */
function writeFlood(path: string): void {
  const fd = openSync(path, 'w');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(1, 20);
  writeSync(fd, header);
  const batch = 10_000;
  const records = Buffer.alloc(RECORD * batch);
  for (let done = 0; done < FLOWS; done += batch) {
    const n = Math.min(batch, FLOWS - done);
    for (let k = 0; k < n; k++) syn(records, k * RECORD, done + k);
    writeSync(fd, records, 0, n * RECORD);
  }
  closeSync(fd);
}

function syn(out: Buffer, at: number, n: number): void {
  out.writeUInt32LE(1_700_000_000, at);
  out.writeUInt32LE(Math.floor((n * 999_999) / FLOWS), at + 4);
  out.writeUInt32LE(54, at + 8);
  out.writeUInt32LE(54, at + 12);
  const frame = at + 16;
  out.writeUInt16BE(0x0800, frame + 12);
  const ip = frame + 14;
  out[ip] = 0x45;
  out.writeUInt16BE(40, ip + 2);
  out[ip + 8] = 64;
  out[ip + 9] = 6;
  // An odd factor gives every number an address of its own.
  out.writeUInt32BE(Math.imul(n + 1, 0x9e3779b1) >>> 0, ip + 12);
  out.writeUInt32BE(0x0a000001, ip + 16);
  out.writeUInt16BE(1024 + (n % 60_000), ip + 20);
  out.writeUInt16BE(80, ip + 22);
  out.writeUInt32BE(n, ip + 24);
  out[ip + 32] = 0x50;
  out[ip + 33] = 2;
  out.writeUInt16BE(1024, ip + 34);
}
