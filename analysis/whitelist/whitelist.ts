import { readFileSync } from 'node:fs';
import { parse } from 'tldts';
import { usageError } from '../../cli/errors.js';
import { networkRange } from '../networks.js';

export type WhitelistKind = 'ip' | 'domain' | 'organization' | 'mac';

/** One line of a whitelist. `value` is normalised: a CIDR, a lower-case name, a MAC with colons. */
export interface WhitelistRule {
  readonly kind: WhitelistKind;
  readonly value: string;
  readonly direction: 'src' | 'dst' | 'both';
  readonly ignore: 'flows' | 'alerts' | 'both';
}

const KINDS: Readonly<Record<string, WhitelistKind>> = {
  ip: 'ip',
  network: 'ip',
  cidr: 'ip',
  domain: 'domain',
  organization: 'organization',
  organisation: 'organization',
  mac: 'mac',
};

/**
 * Reads a whitelist: lines of `type,value,direction,ignore` (ip, network, domain, organization, mac;
 * src, dst, both; flows, alerts, both). `#` and `;` begin comments; a header line is passed over.
 * @throws CliError with file and line of a line that is wrong
 */
export function readWhitelist(path: string): WhitelistRule[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  const rules: WhitelistRule[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim().replaceAll('"', '');
    if (line === '' || line.startsWith('#') || line.startsWith(';') || /^iocType\b/i.test(line)) continue;
    rules.push(parseRule(line, `${path}:${i + 1}`));
  }
  return rules.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

const key = (r: WhitelistRule): string => `${r.kind},${r.value},${r.direction},${r.ignore}`;

/** A rule as one line of text: its name in `suppressed.rule`. */
export const ruleText = (rule: WhitelistRule): string => key(rule);

function parseRule(line: string, where: string): WhitelistRule {
  const [type, value, direction, ignore, ...more] = line.split(',').map((c) => c.trim());
  const kind = KINDS[(type ?? '').toLowerCase()];
  if (kind === undefined)
    throw usageError(`${where}:1: type ${JSON.stringify(type)} is none of ip, network, domain, organization, mac`);
  if (value === undefined || value === '') throw usageError(`${where}:1: no value`);
  const dir = (direction ?? 'both').toLowerCase();
  const what = (ignore ?? 'alerts').toLowerCase();
  if (dir !== 'src' && dir !== 'dst' && dir !== 'both')
    throw usageError(`${where}:1: direction ${JSON.stringify(direction)} is none of src, dst, both`);
  if (what !== 'flows' && what !== 'alerts' && what !== 'both')
    throw usageError(`${where}:1: ignore ${JSON.stringify(ignore)} is none of flows, alerts, both`);
  if (more.length > 0) throw usageError(`${where}:1: more than four columns`);
  return { kind, value: normalised(kind, value, where), direction: dir, ignore: what };
}

function normalised(kind: WhitelistKind, value: string, where: string): string {
  if (kind === 'ip') {
    if (!networkRange(value)) throw usageError(`${where}:1: ${JSON.stringify(value)} is no address or network`);
    return value;
  }
  if (kind === 'mac') {
    const digits = value.toLowerCase().replace(/[:.-]/g, '');
    if (!/^[0-9a-f]{12}$/.test(digits)) throw usageError(`${where}:1: ${JSON.stringify(value)} is no MAC address`);
    return digits.match(/../g)!.join(':');
  }
  if (kind === 'domain') {
    const name = value.toLowerCase().replace(/^\*\./, '').replace(/\.$/, '');
    if (!parse(name).hostname) throw usageError(`${where}:1: ${JSON.stringify(value)} is no domain name`);
    return name;
  }
  return value.toLowerCase();
}
