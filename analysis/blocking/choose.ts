import { spawnSync } from 'node:child_process';
import { CliError, usageError } from '../../cli/errors.js';
import type { Firewall } from './firewall.js';
import { iptables } from './iptables.js';
import { nftables } from './nftables.js';

const installed = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** nftables, else iptables with ipset; or the one that is asked for. */
export function chooseFirewall(wanted?: string): Firewall {
  if (wanted === 'nftables') return nftables;
  if (wanted === 'iptables') return iptables;
  if (wanted !== undefined) throw usageError(`--firewall ${wanted}: one of nftables, iptables`);
  if (installed('nft')) return nftables;
  if (installed('iptables') && installed('ipset')) return iptables;
  throw new CliError('no firewall that can be driven: apt-get install nftables');
}
