import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../test/support/temp-dir.js';
import { kernelEnvironment, missing, names, nbconvert, notebooks, printed, read, stripped } from './kernel.js';
import { makeData } from './make-data.js';

const folder = tempDir('notebooks');

/** What the cells of a notebook print, in this order. */
const EXPECTED: Readonly<Record<string, readonly RegExp[]>> = {
  'explore-case': [
    /^1 affected host with \d+ alerts\. Worst: 192\.168\.50\.23 \(score 1\.00\)$/m,
    /^710 flows, \d+ findings, \d+ alerts/m,
    /evidence \(22\).*flows \(38\)/,
    /'192\.168\.50\.23' │ '09:00' │ 1 /,
    /^08:00 {2}medium {3}beacon .*120 connections/m,
    /^Horizontal port scan\n(.*\n)*? {2}min_hosts = 10 \(default\)\n/m,
    /^flows behind it: 41$/m,
    /^score 1, threshold 0\.85$/m,
    /\[.*text\/html.*\]/,
    /^120 calls$/m,
    /^203\.0\.113\.66:443 +60 {2}\S+/m,
    /^\d+ files, \d{4,} rows$/m,
  ],
  'retrain-https': [
    /^80 flows, 32 malicious, 29 features$/m,
    /^threshold 0\.5: /m,
    /^limit: Malicious flows come from 2 captures of 2 families/m,
    /^held_out: n 80, AUC 1 \(1 to 1\), recall 1, false positives 0$/m,
    /mine +│ 32 │ 1 /,
    /shipped │ 32 │/,
    /^10\.1\.0\.5 has 16 TLS connections to 203\.0\.113\.66/m,
    /^https: own, sha256 64 digits$/m,
  ],
  'retrain-cc': [
    /^60 channels of 20 groups, \d+ statistics$/m,
    /^period_strong +malicious 0\.[5-9]\d* +benign 0\.000$/m,
    /^threshold 0\.\d+: at most 1 % of the benign channels/m,
    /^held_out: n 60, AUC (1|0\.9\d*), /m,
    /mine +│ 60 │/,
    /shipped │ 60 │/,
    /^\d+ channels with a score$/m,
    /^cc-channel: ran, \d+ findings$/m,
  ],
  'write-a-detection': [
    /'\/2026\/02\/invoice\.pdf\.exe'/,
    /^passed {2}a document that is a program\npassed {2}documents, programs, and a name that only holds one$/m,
    /^192\.168\.50\.23 downloaded \/2026\/02\/invoice\.pdf\.exe from 203\.0\.113\.80; 1 flow behind it$/m,
  ],
};

describe('notebooks', () => {
  it('are the ones that are checked here', () => {
    expect(names()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(names())('%s is committed without outputs (npm run notebooks -- strip)', (name) => {
    expect(readFileSync(join(notebooks, `${name}.ipynb`), 'utf8')).toBe(stripped(read(name)));
  });

  it('have the data that make-data.ts writes', () => {
    const made = join(folder, 'data');
    mkdirSync(made);
    makeData(made);
    const files = (at: string): string[] => readdirSync(at, { recursive: true }).map(String).sort();
    expect(files(join(notebooks, 'data'))).toEqual(files(made));
    for (const file of files(made).filter((f) => /\.(log|tsv)$/.test(f))) {
      expect(readFileSync(join(notebooks, 'data', file)).equals(readFileSync(join(made, file))), file).toBe(true);
    }
  });

  it.for(names())('%s runs', { timeout: 300_000 }, (name, { skip }) => {
    const reason = missing();
    if (reason !== undefined) return skip(`missing ${reason}`);
    const [program, ...args] = nbconvert()!;
    const run = spawnSync(
      program!,
      [...args, '--to', 'notebook', '--execute', '--output-dir', folder, '--output', name, `${name}.ipynb`],
      {
        cwd: notebooks,
        encoding: 'utf8',
        // Nothing is asked of a network, and the tester's own feeds are not the test's.
        env: { ...kernelEnvironment(), XDG_DATA_HOME: join(folder, 'no-data-home'), TMPDIR: folder },
        timeout: 300_000,
      },
    );
    const output = join(folder, `${name}.ipynb`);
    expect(run.status, run.stderr).toBe(0);
    expect(existsSync(output), run.stderr).toBe(true);
    const text = printed(JSON.parse(readFileSync(output, 'utf8')));
    for (const pattern of EXPECTED[name]!) expect(text).toMatch(pattern);
  });
});
