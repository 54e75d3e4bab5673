import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { WhitelistRule } from '../whitelist/whitelist.js';

/** Addresses that are never blocked, each with the reason: without them this machine would cut itself off. */
export function protectedAddresses(): Map<string, string> {
  const out = new Map<string, string>();
  const add = (address: string | undefined, why: string): void => {
    if (address && ipaddr.isValid(address)) out.set(ipaddr.process(address).toString(), why);
  };
  for (const list of Object.values(networkInterfaces())) {
    for (const i of list ?? []) add(i.address.split('%')[0], 'address of this machine');
  }
  for (const family of ['-4', '-6']) {
    const { stdout } = spawnSync('ip', [family, 'route', 'show', 'default'], { encoding: 'utf8' });
    for (const [, via] of (stdout ?? '').matchAll(/\bvia (\S+)/g)) add(via, 'gateway');
  }
  try {
    for (const [, server] of readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^\s*nameserver\s+(\S+)/gm)) {
      add(server, 'name server');
    }
  } catch {
    // No such file: no name server to keep.
  }
  return out;
}

const SPARED = new Set(['loopback', 'multicast', 'unspecified', 'broadcast', 'linkLocal']);

/** Why an address must not be blocked; undefined when it may. */
export function protectedBecause(
  address: string,
  own: ReadonlyMap<string, string>,
  whitelist: readonly WhitelistRule[],
): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an address';
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (SPARED.has(range) && range !== 'reserved')
    return range === 'linkLocal' ? 'link-local address' : `${range} address`;
  const why = own.get(parsed.toString());
  if (why !== undefined) return why;
  const named = whitelist.some((r) => r.kind === 'ip' && covers(r.value, parsed));
  return named ? 'whitelisted' : undefined;
}

function covers(value: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  try {
    if (!value.includes('/')) return ipaddr.process(value).toString() === address.toString();
    const [network, bits] = ipaddr.parseCIDR(value);
    return network.kind() === address.kind() && address.match([network, bits] as never);
  } catch {
    return false;
  }
}
