import { spawnSync } from 'node:child_process';
import { type BlockedAddress, type Firewall, firewallCommand, isSix, plainAddress } from './firewall.js';

const FAMILIES = [
  { set: 'slipstream4', family: 'inet', program: 'iptables' },
  { set: 'slipstream6', family: 'inet6', program: 'ip6tables' },
] as const;
const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;
const SIDES = ['src', 'dst'] as const;

const rule = (set: string, side: string): string[] => ['-m', 'set', '--match-set', set, side, '-j', 'DROP'];
const setOf = (address: string): string => (isSix(address) ? 'slipstream6' : 'slipstream4');

/** Succeeds or not, without a word. */
const holds = (program: string, args: readonly string[]): boolean => spawnSync(program, args).status === 0;

/** iptables with ipset, where there is no nftables: two sets whose elements time out, one rule a chain and direction. */
export const iptables: Firewall = {
  name: 'iptables',
  plan(entries) {
    return [
      ...FAMILIES.flatMap(({ set, family, program }) => [
        `ipset create ${set} hash:ip family ${family} timeout 0 -exist`,
        ...CHAINS.flatMap((chain) => SIDES.map((side) => `${program} -I ${chain} ${rule(set, side).join(' ')}`)),
      ]),
      ...entries.map(
        ({ address, seconds }) =>
          `ipset add ${setOf(address)} ${plainAddress(address)} timeout ${Math.ceil(seconds)} -exist`,
      ),
    ].join('\n');
  },
  block(entries) {
    for (const { set, family, program } of FAMILIES) {
      firewallCommand('ipset', ['create', set, 'hash:ip', 'family', family, 'timeout', '0', '-exist']);
      for (const chain of CHAINS) {
        for (const side of SIDES) {
          if (!holds(program, ['-C', chain, ...rule(set, side)]))
            firewallCommand(program, ['-I', chain, ...rule(set, side)]);
        }
      }
    }
    for (const { address, seconds } of entries) {
      firewallCommand('ipset', [
        'add',
        setOf(address),
        plainAddress(address),
        'timeout',
        String(Math.ceil(seconds)),
        '-exist',
      ]);
    }
  },
  list() {
    return FAMILIES.filter(({ set }) => holds('ipset', ['list', set, '-name']))
      .flatMap(({ set }) => firewallCommand('ipset', ['list', set]).split('\n'))
      .flatMap((line): BlockedAddress[] => {
        const found = /^(\S+) timeout (\d+)/.exec(line);
        return found ? [{ address: found[1]!, seconds: Number(found[2]) }] : [];
      })
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  },
  clear() {
    for (const { set, program } of FAMILIES) {
      for (const chain of CHAINS) {
        for (const side of SIDES) {
          while (holds(program, ['-C', chain, ...rule(set, side)]))
            firewallCommand(program, ['-D', chain, ...rule(set, side)]);
        }
      }
      if (holds('ipset', ['list', set, '-name'])) firewallCommand('ipset', ['destroy', set]);
    }
  },
};
