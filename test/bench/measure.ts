import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';
import { readers } from '../../ingest/readers.js';

/** What one part of a benchmark used, in a process of its own. */
export interface Cost {
  /** User and system time, seconds. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Peak resident memory, MB; NaN when it was not measured. */
  readonly rss: number;
}

type Part = (args: readonly string[]) => Promise<void>;

/**
 * A benchmark: `parts` are run each in a process of its own (`file --part NAME ARGS`), `main` compares them.
 * `file` is the benchmark's `import.meta.filename`.
 */
export async function benchmark(
  file: string,
  parts: Readonly<Record<string, Part>>,
  main: (run: (part: string, ...args: string[]) => Cost) => Promise<void>,
): Promise<void> {
  if (process.argv[2] === '--part') {
    // Sources are compiled on the fly here; users run built ones.
    await readers();
    const cpu = process.cpuUsage();
    const from = performance.now();
    await parts[process.argv[3]!]!(process.argv.slice(4));
    const used = process.cpuUsage(cpu);
    process.stdout.write(
      `${JSON.stringify({
        cpu: (used.user + used.system) / 1e6,
        wall: (performance.now() - from) / 1e3,
        rss: Math.round(process.resourceUsage().maxRSS / 1024),
      } satisfies Cost)}\n`,
    );
    return;
  }
  await main((part, ...args) => {
    const done = spawnSync(process.execPath, ['--import', 'tsx', file, '--part', part, ...args], {
      cwd: packageRoot,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    if (done.status !== 0) throw new Error(`${part}: ${done.stderr}`);
    return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Cost;
  });
}

/** The median of several runs by CPU time: these machines are shared. */
export function median(costs: readonly Cost[]): Cost {
  return [...costs].sort((a, b) => a.cpu - b.cpu)[Math.floor(costs.length / 2)]!;
}

/** What a program used, its memory where GNU time is installed; undefined when the program is not. */
export function timed(command: readonly string[]): Cost | undefined {
  if (spawnSync('which', [command[0]!]).status !== 0) return undefined;
  const options = { env: { ...process.env, LC_ALL: 'C' }, encoding: 'utf8', maxBuffer: 1e8 } as const;
  const gnu = spawnSync('/usr/bin/time', ['-f', '%U %S %e %M', 'true'], options).status === 0;
  const shell = 'TIMEFORMAT="%U %S %R"; time "$@"';
  const run = gnu
    ? spawnSync('/usr/bin/time', ['-f', '%U %S %e %M', ...command], options)
    : spawnSync('bash', ['-c', shell, 'bash', ...command], options);
  if (run.status !== 0) throw new Error(`${command[0]}: ${run.stderr.slice(-500)}`);
  const [user, system, wall, kb] = run.stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { cpu: user! + system!, wall: wall!, rss: Math.round((kb ?? Number.NaN) / 1024) };
}

/** CPU seconds of `sha256sum` over a file. */
export const sha256Cpu = (path: string): number => timed(['sha256sum', path])?.cpu ?? Number.NaN;

export const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * A real capture grown to a size, with hosts and times of its own in every copy; several packet captures are merged.
 * @returns undefined when the captures and the tool that grows them are not beside the checkout
 */
export function grown(
  kind: 'conn' | 'zeekjson' | 'eve' | 'pcap',
  seed: string | readonly string[],
  folder: string,
  size: string,
): string | undefined {
  const shared = join(packageRoot, '..', 'shared');
  const tool = join(shared, 'tools', 'make-big.sh');
  if (!existsSync(tool)) return undefined;
  const out = join(folder, `grown-${size}.${kind}`);
  const seeds = [seed].flat().map((name) => join(shared, 'data', name));
  const made = spawnSync('bash', [tool, kind, seeds.join(','), out, size], {
    env: { ...process.env, EXT: '1' },
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`make-big.sh: ${made.stderr}`);
  process.stdout.write(`input: ${statSync(out).size} bytes, ${made.stderr.trim().split('\n').at(-1)}\n`);
  return out;
}

export const show = (name: string, cost: Cost): void => {
  process.stdout.write(
    `${name.padEnd(34)} ${cost.cpu.toFixed(2)} CPU s  ${cost.wall.toFixed(2)} s  ${Number.isNaN(cost.rss) ? 'peak not measured' : `peak ${cost.rss} MB`}\n`,
  );
};
