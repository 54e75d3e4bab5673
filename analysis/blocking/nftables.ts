import { type BlockedAddress, type Firewall, firewallCommand, isSix, plainAddress } from './firewall.js';

const TABLE = 'inet slipstream';

/** Own table, sets with timeouts, hooks before other filters. */
const SETUP = `add table ${TABLE}
add set ${TABLE} blocked4 { type ipv4_addr; flags timeout; }
add set ${TABLE} blocked6 { type ipv6_addr; flags timeout; }
${['input', 'forward', 'output']
  .map(
    (hook) => `add chain ${TABLE} ${hook} { type filter hook ${hook} priority -10; policy accept; }
flush chain ${TABLE} ${hook}
add rule ${TABLE} ${hook} ip saddr @blocked4 drop
add rule ${TABLE} ${hook} ip daddr @blocked4 drop
add rule ${TABLE} ${hook} ip6 saddr @blocked6 drop
add rule ${TABLE} ${hook} ip6 daddr @blocked6 drop`,
  )
  .join('\n')}`;

const setOf = (address: string): string => (isSix(address) ? 'blocked6' : 'blocked4');

/** nftables: a table of its own with one set of addresses a family, whose elements time out in the kernel. */
export const nftables: Firewall = {
  name: 'nftables',
  plan(entries) {
    const lines = entries.map(
      ({ address, seconds }) =>
        `add element ${TABLE} ${setOf(address)} { ${plainAddress(address)} timeout ${Math.ceil(seconds)}s }`,
    );
    return [SETUP, ...lines].join('\n');
  },
  block(entries) {
    // An element keeps its time when it is added again: it goes first, in the same transaction.
    const renewed = entries.flatMap(({ address, seconds }) => {
      const element = plainAddress(address);
      return [
        `add element ${TABLE} ${setOf(address)} { ${element} timeout 1s }`,
        `delete element ${TABLE} ${setOf(address)} { ${element} }`,
        `add element ${TABLE} ${setOf(address)} { ${element} timeout ${Math.ceil(seconds)}s }`,
      ];
    });
    firewallCommand('nft', ['-f', '-'], `${[SETUP, ...renewed].join('\n')}\n`);
  },
  list() {
    if (!present()) return [];
    const text = firewallCommand('nft', ['-j', 'list', 'table', ...TABLE.split(' ')]);
    const { nftables: items } = JSON.parse(text) as { nftables: { set?: { elem?: readonly Element[] } }[] };
    return items
      .flatMap((i) => i.set?.elem ?? [])
      .map(
        (e): BlockedAddress =>
          typeof e === 'string' ? { address: e, seconds: Number.POSITIVE_INFINITY } : fromElement(e),
      )
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  },
  clear() {
    if (present()) firewallCommand('nft', ['delete', 'table', ...TABLE.split(' ')]);
  },
};

type Element =
  | string
  | { readonly elem: { readonly val: string; readonly expires?: number; readonly timeout?: number } };

const fromElement = (e: Exclude<Element, string>): BlockedAddress => ({
  address: e.elem.val,
  seconds: e.elem.expires ?? e.elem.timeout ?? Number.POSITIVE_INFINITY,
});

const present = (): boolean => /^table inet slipstream$/m.test(firewallCommand('nft', ['list', 'tables']));
