import { isIPv4, isIPv6 } from 'node:net';
import type { ExportedEvidence } from '../evidence.js';
import { OWN_NAMESPACE, uuid5 } from '../uuid.js';

/** Namespace of the standard for ids of cyber-observable objects. */
const OBSERVABLES = '00abedb4-aa42-466c-9c01-fed23315a9b7';
/** Objects without a time of their own: the same in every bundle. */
const ALWAYS = '2020-01-01T00:00:00.000Z';

export type StixObject = { readonly type: string; readonly id: string } & Readonly<Record<string, unknown>>;

/** What the standard takes for a host name. */
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && URL.canParse(text);

/** The object of an address, a name or a link; undefined for text that is none. */
export function observable(value: string | null, kind: string | null): StixObject | undefined {
  if (value === null || value === '') return undefined;
  if (kind === 'ip' || kind === null) {
    const type = isIPv4(value) ? 'ipv4-addr' : isIPv6(value) ? 'ipv6-addr' : undefined;
    return type && withId({ type, spec_version: '2.1', value }, { value });
  }
  if (kind === 'domain' && HOST.test(value))
    return withId({ type: 'domain-name', spec_version: '2.1', value }, { value });
  if (kind === 'url' && isUrl(value)) return withId({ type: 'url', spec_version: '2.1', value }, { value });
  return undefined;
}

/** The traffic of a finding between its parties. */
export function traffic(
  e: ExportedEvidence,
  src: StixObject | undefined,
  dst: StixObject | undefined,
): StixObject | undefined {
  const isAddress = (o: StixObject | undefined): o is StixObject => o !== undefined && o.type !== 'url';
  if (!isAddress(src) && !isAddress(dst)) return undefined;
  const version = [src, dst].some((o) => o?.type === 'ipv6-addr') ? 'ipv6' : 'ipv4';
  const parts = {
    ...(isAddress(src) ? { src_ref: src.id } : {}),
    ...(isAddress(dst) ? { dst_ref: dst.id } : {}),
    ...(e.port !== null && e.port >= 0 && e.port <= 65535 ? { dst_port: e.port } : {}),
    protocols: [version, ...(e.proto !== null && /^[a-z0-9-]+$/.test(e.proto) ? [e.proto] : [])],
  };
  return withId({ type: 'network-traffic', spec_version: '2.1', ...parts }, parts);
}

/** The id of an observable is a hash of what makes it what it is, as canonical JSON. */
function withId(object: { type: string } & Record<string, unknown>, contributing: Record<string, unknown>): StixObject {
  const { type, spec_version, ...rest } = object;
  const sorted = Object.fromEntries(Object.entries(contributing).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { type, spec_version, id: `${type}--${uuid5(OBSERVABLES, JSON.stringify(sorted))}`, ...rest };
}

export const identity: StixObject = {
  type: 'identity',
  spec_version: '2.1',
  id: `identity--${uuid5(OWN_NAMESPACE, 'identity')}`,
  created: ALWAYS,
  modified: ALWAYS,
  name: 'slipstream',
  identity_class: 'system',
};

/** The technique of a finding; named by ATT&CK's own id. */
export function attackPattern(id: string, name: string | null): StixObject {
  return {
    type: 'attack-pattern',
    spec_version: '2.1',
    id: `attack-pattern--${uuid5(OWN_NAMESPACE, `attack ${id}`)}`,
    created_by_ref: identity.id,
    created: ALWAYS,
    modified: ALWAYS,
    name: name ?? id,
    external_references: [
      {
        source_name: 'mitre-attack',
        external_id: id,
        url: `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`,
      },
    ],
  };
}

const TLP_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d';
/** The standard's own marking objects of TLP 2.0. */
const TLP_IDS: Readonly<Record<string, string>> = {
  CLEAR: '94868c89-83c2-464b-929b-a1a8aa3c8487',
  GREEN: 'bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  AMBER: '55d920b0-5e8b-4f79-9ee9-91f868d9b421',
  'AMBER+STRICT': '939a9414-2ddd-4d32-a0cd-375ea402b003',
  RED: 'e828b379-4e03-4974-9ac4-e53a884c97c1',
};

export function marking(tlp: string): StixObject | undefined {
  const uuid = TLP_IDS[tlp];
  if (uuid === undefined) return undefined;
  return {
    type: 'marking-definition',
    spec_version: '2.1',
    id: `marking-definition--${uuid}`,
    created: '2022-10-01T00:00:00.000Z',
    name: `TLP:${tlp}`,
    extensions: { [TLP_EXTENSION]: { extension_type: 'property-extension', tlp_2_0: tlp.toLowerCase() } },
  };
}

/** A pattern that matches the indicator; undefined for kinds that STIX has no object for. */
export function patternOf(indicator: string, kind: string): string | undefined {
  const text = `'${indicator.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (kind === 'ip') {
    if (isIPv4(indicator)) return `[ipv4-addr:value = ${text}]`;
    return isIPv6(indicator) ? `[ipv6-addr:value = ${text}]` : undefined;
  }
  if (/[\u0000-\u001f]/.test(indicator)) return undefined;
  if (kind === 'domain') return `[domain-name:value = ${text}]`;
  if (kind === 'url') return `[url:value = ${text}]`;
  const hash = { 32: 'MD5', 40: "'SHA-1'", 64: "'SHA-256'" }[indicator.length];
  if (hash === undefined || !/^[0-9a-f]+$/i.test(indicator)) return undefined;
  if (kind === 'file') return `[file:hashes.${hash} = ${text}]`;
  return kind === 'certificate' ? `[x509-certificate:hashes.${hash} = ${text}]` : undefined;
}
