import { spawnSync } from 'node:child_process';
import type { User } from '../ingest/live/capture-program.js';

/**
 * The user who called sudo: whom to become once an interface is open. Undefined when this is not root, when nobody called
 * sudo, and where `setpriv` is missing, without which a capture program cannot be left the right to capture alone.
 */
export function sudoUser(env: Readonly<Record<string, string | undefined>> = process.env): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = [Number(env.SUDO_UID), Number(env.SUDO_GID)];
  if (!(uid > 0) || !(gid > 0)) return undefined;
  return spawnSync('setpriv', ['--version']).error === undefined ? { uid, gid } : undefined;
}

/** Gives root up for good. */
export function become({ uid, gid }: User): void {
  // Node's types leave this one out.
  const { initgroups } = process as { initgroups?: (user: number, group: number) => void };
  try {
    initgroups?.(uid, gid);
  } catch {
    // A user whom the system does not list has no other groups.
    process.setgroups?.([gid]);
  }
  process.setgid?.(gid);
  process.setuid?.(uid);
}
