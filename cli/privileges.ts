/**
 * Gives root up for the user who called sudo: what opening an interface needs is not needed to read packets. Without sudo
 * there is nobody to become, and root stays.
 */
export function dropRoot(env: Readonly<Record<string, string | undefined>> = process.env): void {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = [Number(env.SUDO_UID), Number(env.SUDO_GID)];
  if (!(uid > 0) || !(gid > 0)) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
