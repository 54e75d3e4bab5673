import type { Row } from '../../../ingest/case/database.js';

const ADDRESS = /^[0-9a-f.:]+$/;

/**
 * Lines of nftables rules that drop traffic from and to the addresses, in a table of their own: `nft -f FILE` adds them, `nft delete
 * table inet slipstream_report` takes them away. What is no plain address stays out: the text is run as root.
 * @param rows `address`, `six` (IPv6)
 */
export function blockList(rows: readonly Row[]): string[] {
  const plain = rows.filter((r) => ADDRESS.test(String(r.address)));
  const four = plain.filter((r) => r.six !== true).map((r) => String(r.address));
  const six = plain.filter((r) => r.six === true).map((r) => String(r.address));
  const chain = (name: string): string =>
    `  chain ${name} {
    type filter hook ${name} priority -10; policy accept;
    ${[...(four.length > 0 ? ['ip saddr @blocked4 drop', 'ip daddr @blocked4 drop'] : []), ...(six.length > 0 ? ['ip6 saddr @blocked6 drop', 'ip6 daddr @blocked6 drop'] : [])].join('\n    ')}
  }`;
  return [
    'table inet slipstream_report {',
    ...(four.length > 0 ? [set('blocked4', 'ipv4_addr', four)] : []),
    ...(six.length > 0 ? [set('blocked6', 'ipv6_addr', six)] : []),
    ...['input', 'forward', 'output'].map(chain),
    '}',
  ]
    .join('\n')
    .split('\n');
}

const set = (name: string, type: string, addresses: readonly string[]): string =>
  `  set ${name} {\n    type ${type};\n    elements = { ${addresses.join(',\n      ')} }\n  }`;
