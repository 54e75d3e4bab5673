/** Runs the benchmarks one after the other: `npm run bench [NAME...]`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';

const folder = join(packageRoot, 'test', 'bench');
const helpers = new Set([
  'main.ts',
  'measure.ts',
  'synthetic-case.ts',
  'synthetic-findings.ts',
  'eve-columns.ts',
  'pcap-flow.ts',
]);
const wanted = process.argv.slice(2);
for (const file of readdirSync(folder).sort()) {
  const name = file.replace(/\.ts$/, '');
  if (!file.endsWith('.ts') || helpers.has(file) || (wanted.length > 0 && !wanted.includes(name))) continue;
  process.stdout.write(`\n${name}\n`);
  spawnSync(process.execPath, ['--import', 'tsx', join(folder, file)], { cwd: packageRoot, stdio: 'inherit' });
}
