import { spawnSync } from 'node:child_process';
import { CliError } from '../../cli/errors.js';

/** An address that a firewall drops, for so many more seconds. */
export interface BlockedAddress {
  readonly address: string;
  readonly seconds: number;
}

/** A firewall whose rules of ours stand apart from all others, so that `clear` leaves no trace. */
export interface Firewall {
  readonly name: string;
  /** The commands that `block` would run, as a person would write them. */
  plan(entries: readonly BlockedAddress[]): string;
  /** Drops traffic from and to the addresses; one that is there already gets the new time. */
  block(entries: readonly BlockedAddress[]): void;
  /** What is blocked now. */
  list(): BlockedAddress[];
  /** Takes all of it away. Doing so twice is no error. */
  clear(): void;
}

/**
 * Runs a firewall command.
 * @param input goes to its standard input
 * @throws CliError with the reason: no right, not installed, refused
 */
export function firewallCommand(program: string, args: readonly string[], input?: string): string {
  const run = spawnSync(program, args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  if (run.error) {
    const missing = (run.error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CliError(
      missing ? `${program} is not installed: apt-get install ${PACKAGES[program] ?? program}` : run.error.message,
    );
  }
  if (run.status === 0) return run.stdout;
  const said = run.stderr.split('\n').find((l) => l.trim() !== '') ?? `exit ${run.status}`;
  if (/operation not permitted|permission denied|must be root|netlink.*denied/i.test(run.stderr)) {
    throw new CliError(
      `${program}: no right to change the firewall (${said.trim()}); run as root or with CAP_NET_ADMIN`,
    );
  }
  throw new CliError(`${program}: ${said.trim()}`);
}

const PACKAGES: Readonly<Record<string, string>> = {
  nft: 'nftables',
  ipset: 'ipset',
  iptables: 'iptables',
  ip6tables: 'iptables',
};

/** What goes into a firewall's input: an address and nothing else. */
export function plainAddress(address: string): string {
  if (!/^[0-9a-f.:]+$/i.test(address)) throw new CliError(`${JSON.stringify(address)}: not an address, not blocked`);
  return address;
}

export const isSix = (address: string): boolean => address.includes(':');
