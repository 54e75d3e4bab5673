import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('node-versions');
const own = Number(process.versions.node.split('.')[0]);
const other = own >= 22 ? 20 : 24;
const binary = join(
  packageRoot,
  'node_modules',
  '.cache',
  `node-${other}`,
  'node_modules',
  `node-${process.platform}-${process.arch}`,
  'bin',
  'node',
);

/** What an analysis wrote, without the part of the manifest that tells where it ran. */
function written(out: string): Record<string, string> {
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
  const { environment, ...manifest } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    environment: { node: string };
  };
  return {
    node: environment.node.split('.')[0]!,
    report: hash('report.html'),
    alerts: hash('alerts.jsonl'),
    manifest: JSON.stringify(manifest),
  };
}

it.skipIf(!existsSync(binary))(
  `analyze writes the same bytes on Node ${own} and ${other}, whatever the time zone, locale and threads (skipped without Node ${other}, which test/setup fetches from the registry)`,
  () => {
    const inputs = [fixture('office-zeek-tsv'), fixture('lab', 'lab.pcap')];
    const flags = ['--home-net', OFFICE, '--title', 'Same'];
    const here = join(folder, 'here');
    const there = join(folder, 'deeper', 'there');
    const first = cli(['analyze', ...inputs, '-o', here, ...flags, '--threads', '2']);
    expect(first.code, first.stderr).toBe(0);
    const second = cli(['analyze', ...[...inputs].reverse(), '-o', there, ...flags, '--threads', '1'], {
      node: binary,
      env: { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    });
    expect(second.code, second.stderr).toBe(0);
    const [a, b] = [written(here), written(there)];
    expect([a.node, b.node]).toEqual([`v${own}`, `v${other}`]);
    expect({ ...b, node: '' }).toEqual({ ...a, node: '' });
  },
  240_000,
);
