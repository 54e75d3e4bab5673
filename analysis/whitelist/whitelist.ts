export type WhitelistKind = 'ip' | 'domain' | 'organization' | 'mac';
/** One line of a whitelist. */
export interface WhitelistRule {
  readonly kind: WhitelistKind;
  readonly value: string;
  readonly direction: 'src' | 'dst' | 'both';
  readonly ignore: 'flows' | 'alerts' | 'both';
}
