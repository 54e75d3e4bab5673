import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('virustotal');
const db = join(folder, 'case.duckdb');
const KEY = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

describe('--virustotal', () => {
  it('asks nobody unless told to', () => {
    expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
    const run = cli(['detect', '--db', db, '--home-net', OFFICE], {
      env: { SLIPSTREAM_VIRUSTOTAL_KEY: KEY, SLIPSTREAM_VIRUSTOTAL_URL: 'http://127.0.0.1:1' },
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(query(db, 'SELECT count(*)::INTEGER AS n FROM lookups')).toEqual([{ n: 0 }]);
    expect(query(db, "SELECT status FROM detection_runs WHERE detection = 'virustotal'")).toEqual([
      { status: 'not_decided' },
    ]);
  });

  it('says what is wrong with the key, and never says the key', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    const odd = join(folder, 'odd');
    writeFileSync(odd, `${KEY}\u0000&x=1\n`);
    for (const [args, message] of [
      [['--virustotal'], /--virustotal needs a key/],
      [['--virustotal', '--virustotal-key', join(folder, 'none')], /none: cannot be read \(ENOENT\)/],
      [['--virustotal', '--virustotal-key', empty], /empty: holds no key/],
      [['--virustotal', '--virustotal-key', odd], /odd: holds no key/],
      [['--virustotal-key', odd], /nothing is asked without --virustotal/],
    ] as const) {
      const run = cli(['detect', '--db', db, ...args]);
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(message);
      expect(run.stderr).not.toContain(KEY);
    }
  });

  it('goes on without a server that answers', () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'virustotal: {per_minute: 1000, most: 1}\n');
    const key = join(folder, 'key');
    writeFileSync(key, `${KEY}\n`);
    const run = cli(
      ['detect', '--db', db, '--home-net', OFFICE, '--virustotal', '--virustotal-key', key, '--config', config],
      { env: { SLIPSTREAM_VIRUSTOTAL_URL: 'http://127.0.0.1:1', XDG_CACHE_HOME: join(folder, 'cache') } },
    );
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^warning: VirusTotal: 1 without an answer \(no answer\)\nVirusTotal: 1 question, \d+ subjects not asked about\n$/,
    );
    expect(run.stdout + run.stderr).not.toContain(KEY);
  });
});
