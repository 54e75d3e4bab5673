import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCase } from '../../../test/support/test-case.js';
import { argusVersion, countRecords } from './records.js';

/** A record: type and version, cause, length in words of 4 bytes, contents. */
function record(type: number, words: number): Buffer {
  const bytes = Buffer.alloc(words * 4);
  bytes[0] = type;
  bytes[1] = 0x10;
  bytes.writeUInt16BE(words, 2);
  return bytes;
}

function management(version: number): Buffer {
  const bytes = record(0x80 | version, 32);
  bytes.writeUInt32BE(0xe5712dcb, 8);
  return bytes;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'argus-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('records of a binary Argus file', () => {
  it('are counted by their headers', () => {
    const path = join(folder, 'x.argus');
    writeFileSync(path, Buffer.concat([management(3), record(0x13, 28), record(0x13, 40), management(3)]));
    expect(countRecords(path)).toEqual({ flows: 2, management: 2, cutAt: undefined, bytes: 528 });
    writeFileSync(path, Buffer.concat([management(3), record(0x13, 28), record(0x13, 40).subarray(0, 50)]));
    expect(countRecords(path)).toEqual({ flows: 1, management: 1, cutAt: 240, bytes: 290 });
    writeFileSync(path, Buffer.concat([management(3), Buffer.alloc(64)]));
    expect(countRecords(path)).toMatchObject({ flows: 0, cutAt: 128 });
  });

  it('are counted across chunks', () => {
    const path = join(folder, 'x.argus');
    const flow = record(0x13, 0x7fff);
    writeFileSync(path, Buffer.concat([management(3), ...Array.from({ length: 100 }, () => flow)]));
    expect(countRecords(path)).toMatchObject({ flows: 100, cutAt: undefined });
  });

  it('begin with a management record that tells the version', () => {
    expect(argusVersion(management(3))).toBe(3);
    expect(argusVersion(management(5))).toBe(5);
    expect(argusVersion(record(0x13, 28))).toBeUndefined();
    expect(argusVersion(Buffer.from('StartTime,Dur,Proto'))).toBeUndefined();
  });
});

describe('a binary Argus file', () => {
  it('names the package when ra is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      const bytes = Buffer.concat([management(3), record(0x13, 28)]);
      await expect(testCase({ 'x.argus': bytes })).rejects.toThrow('apt-get install argus-client');
    } finally {
      process.env.PATH = path;
    }
  });

  it('of records that ra does not print is an error that says so', async () => {
    const stub = join(folder, 'ra');
    writeFileSync(stub, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      const bytes = Buffer.concat([management(5), record(0x15, 28)]);
      await expect(testCase({ 'x.argus': bytes })).rejects.toThrow('printed none of 1 records');
    } finally {
      process.env.PATH = path;
    }
  });
});
