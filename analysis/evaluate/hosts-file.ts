import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../../cli/errors.js';

export const ROLES = ['infected', 'attacked', 'benign'] as const;
export type Role = (typeof ROLES)[number];

/** One row of a hosts file. `host` is an address, or `*` for every local host. */
export interface HostRow {
  readonly capture: string;
  readonly host: string;
  readonly role: Role;
}

const COLUMNS = ['capture', 'host', 'role'] as const;

/**
 * Reads a hosts file: TAB-separated with the header `capture host role [note]`.
 * @throws CliError naming file and line of what is wrong
 */
export function readHostsFile(path: string): HostRow[] {
  if (!existsSync(path)) throw inputError(`${path}: no such file`);
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const header = (lines[0] ?? '').split('\t').map((c) => c.trim().toLowerCase());
  const at = COLUMNS.map((c) => header.indexOf(c));
  if (at.includes(-1)) throw inputError(`${path}: line 1 needs the columns ${COLUMNS.join(', ')}, separated by TAB`);
  const rows: HostRow[] = [];
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split('\t').map((c) => c.trim());
    const [capture = '', host = '', role = ''] = at.map((k) => cells[k] ?? '');
    if (!ROLES.includes(role as Role)) throw inputError(`${path}: line ${i + 1}: the role is ${ROLES.join(', ')}`);
    if (host === '') throw inputError(`${path}: line ${i + 1}: no host (an address, or * for every local host)`);
    rows.push({ capture, host, role: role as Role });
  }
  return rows;
}

/** The rows about an input: its path ends with the capture, or the capture lies below it; `*` and empty are about all. */
export function rowsOf(rows: readonly HostRow[], input: string): HostRow[] {
  const path = parts(resolve(input));
  return rows.filter((r) => {
    if (r.capture === '' || r.capture === '*') return true;
    const capture = parts(r.capture);
    if (endsWith(path, capture)) return true;
    // labelled/zeek/001 given, the capture is labelled/zeek/001/data.
    for (let n = 1; n < capture.length; n++) if (endsWith(path, capture.slice(0, n)) && n > 1) return true;
    return false;
  });
}

const parts = (path: string): string[] => path.split(/[\\/]+/).filter((p) => p !== '' && p !== '.');

const endsWith = (path: readonly string[], tail: readonly string[]): boolean =>
  tail.length > 0 && tail.length <= path.length && tail.every((p, i) => path[path.length - tail.length + i] === p);
