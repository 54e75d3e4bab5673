/** Name and version found in a product string, with the columns of `software`. */
export interface Software {
  readonly name: string;
  readonly version_major?: number;
  readonly version_minor?: number;
  readonly version_minor2?: number;
  readonly version_minor3?: number;
  readonly version_addl?: string;
}

const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Edge', /\bEdge?\/([\d.]+)/],
  ['Opera', /\b(?:OPR|Opera)[/ ]([\d.]+)/],
  ['Vivaldi', /\bVivaldi\/([\d.]+)/],
  ['Firefox', /\bFirefox\/([\d.]+)/],
  ['Thunderbird', /\bThunderbird\/([\d.]+)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/([\d.]+)/],
  ['MSIE', /\bMSIE ([\d.]+)/],
  ['MSIE', /\bTrident\/.*\brv:([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).*\bSafari\//],
  ['Safari', /\bMobile\/.*\bSafari\/([\d.]+)/],
];

function versions(text: string): Partial<Software> {
  const parts = text
    .split('.')
    .filter((p) => /^\d{1,9}$/.test(p))
    .map(Number);
  const [major, minor, minor2, minor3] = parts;
  return {
    ...(major === undefined ? {} : { version_major: major }),
    ...(minor === undefined ? {} : { version_minor: minor }),
    ...(minor2 === undefined ? {} : { version_minor2: minor2 }),
    ...(minor3 === undefined ? {} : { version_minor3: minor3 }),
  };
}

/** Takes `name/1.2.3 (details)`, `name_1.2p1 details` and browsers' strings apart. */
export function parseSoftware(raw: string): Software {
  if (/^(?:Mozilla|Opera)\//.test(raw)) {
    for (const [name, pattern] of BROWSERS) {
      const version = pattern.exec(raw)?.[1];
      if (version !== undefined) return { name, ...versions(version) };
    }
  }
  const match = /^([^/\s(]{1,100}?)[/_ -]v?(\d[\d.]*)(?:[ ]?\(([^)]{1,100})\)|[-_+,; ]*([^\s;,()]{1,60})?)?/.exec(raw);
  if (match === null) return { name: raw.split(/[/\s(]/)[0]!.slice(0, 100) || raw.slice(0, 100) };
  const [, name, version, bracket, rest] = match;
  const addl = bracket ?? rest;
  return { name: name!, ...versions(version!), ...(addl ? { version_addl: addl } : {}) };
}
