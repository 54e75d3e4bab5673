import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.js';
import { registerCommands } from '../register-commands.js';
import { completionScript, SHELLS } from './scripts.js';
import { type CommandWords, commandWords } from './tree.js';

const folder = tempDir('completion');
const script = (shell: string): string => join(folder, `slipstream.${shell}`);
let words: CommandWords[];

beforeAll(async () => {
  const program = new Command('slipstream');
  await registerCommands(program);
  words = commandWords(program);
  for (const shell of SHELLS) writeFileSync(script(shell), completionScript(shell, words));
  writeFileSync(join(folder, 'zeek-capture.log'), '');
}, 120_000);

/** What bash offers for a command line whose last word is being typed. */
function complete(...line: string[]): string[] {
  const array = ['slipstream', ...line].map((w) => `'${w}'`).join(' ');
  const text = `source ${script('bash')}; COMP_WORDS=(${array}); COMP_CWORD=${line.length}; _slipstream; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = spawnSync('bash', ['--norc', '-c', text], { cwd: folder, encoding: 'utf8', timeout: 30_000 });
  expect(run.stderr).toBe('');
  return run.stdout.split('\n').filter((w) => w !== '');
}

const has = (shell: string): boolean => spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0;

describe('bash', () => {
  it('offers commands, subcommands, options', () => {
    expect(complete('an')).toEqual(['analyze']);
    expect(complete('')).toEqual(expect.arrayContaining(['analyze', 'query', 'completion', 'detections']));
    expect(complete('detections', '')).toEqual(expect.arrayContaining(['list', 'show', 'new', 'test']));
    expect(complete('evaluate', 'h')).toEqual(['https']);
    expect(complete('analyze', '--home')).toEqual(['--home-net']);
    expect(complete('detections', 'new', 'x', '--d')).toEqual(['--dir']);
    expect(complete('query', '--home')).toEqual([]);
  });

  it('offers files for values and inputs', () => {
    expect(complete('analyze', 'zeek')).toEqual(['zeek-capture.log']);
    expect(complete('analyze', '--config', 'zeek')).toEqual(['zeek-capture.log']);
  });

  it('knows every command', () => {
    for (const { path, options } of words) {
      const all = complete(...path.split(' ').filter((w) => w !== ''), '-');
      for (const o of options) expect(all, path).toEqual(expect.arrayContaining([...o.flags]));
    }
  }, 60_000);
});

describe.each(['zsh', 'fish'])('%s', (shell) => {
  it('reads the script', ({ skip }) => {
    if (!has(shell)) return skip(`${shell} is not installed`);
    const run = spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8', timeout: 60_000 });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

it('fish offers commands and options', ({ skip }) => {
  if (!has('fish')) return skip('fish is not installed');
  const ask = (line: string): string[] => {
    const run = spawnSync('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C '${line}'`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, HOME: folder },
    });
    return run.stdout.split('\n').map((l) => l.split('\t')[0]!);
  };
  expect(ask('slipstream an')).toContain('analyze');
  expect(ask('slipstream detections ')).toContain('show');
  expect(ask('slipstream analyze --home')).toContain('--home-net');
});
