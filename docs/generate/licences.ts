import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import { readDatasets } from '../../models/datasets.js';
import { cell, made, table } from './markdown.js';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** Packages that an installation has, by name and version: those for development are left out. */
export function installedPackages(): { readonly name: string; readonly version: string; readonly licence: string }[] {
  const lock = JSON.parse(readFileSync(asset('package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
  const found = new Map<string, { name: string; version: string; licence: string }>();
  for (const [path, p] of Object.entries(lock.packages)) {
    if (path === '' || p.dev || p.version === undefined) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${p.version}`, { name, version: p.version, licence: p.license ?? 'not stated' });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** `docs/licences.md`: whose work is in an installation. */
export function licencesPage(): string {
  const packages = installedPackages();
  const sets = readDatasets();
  const kinds = [...new Set(packages.map((p) => p.licence))].sort();
  return `${made('`package-lock.json` and `models/datasets.yaml`')}
# Licences

slipstream is under Apache-2.0 and copies no code or text from other projects.

## Data that ships

| data | from | licence |
|---|---|---|
| AS numbers and organisations (\`analysis/enrich/data/asn.parquet\`, \`organizations.parquet\`) | IP geolocation by [DB-IP](https://db-ip.com), AS numbers by [Route Views](https://www.routeviews.org), registry data of the [NRO](https://www.nro.net), collected by [ip-location-db](https://github.com/sapics/ip-location-db); reduced here to ranges and names | CC BY 4.0 |
| Countries (\`country.parquet\`) | [ip-location-db](https://github.com/sapics/ip-location-db), with registry data of the NRO (CC BY 4.0) | CC0 |
| MAC vendors (\`vendors.parquet\`) | the IEEE's registry by way of [oui-data](https://github.com/silverwind/oui-data); the first line of each entry | BSD-2-Clause |
| Borders of the map | [Natural Earth](https://www.naturalearthdata.com) by way of world-atlas | public domain |
| Public suffix list | in \`tldts\` | MPL-2.0 |
| Models (\`models/shipped\`) | trained by this project on the captures below; no capture ships | Apache-2.0 |

\`npm run address-data\` remakes the tables from packages pinned by hash. Feeds are not shipped; \`slipstream feeds list\` names the
licence of each before you add it.

## Captures behind the models

${table(
  ['name', 'for', 'from', 'licence'],
  sets.map((s) => [cell(s.name), s.kinds.join(', '), cell(`${s.origin.repository} ${s.origin.path}`), cell(s.licence)]),
)}

## Packages of an installation

${packages.length} packages with ${kinds.length} licences: ${kinds.map(cell).join(', ')}. Binaries of other platforms are among them.
\`npm run sbom\` prints a bill of materials (CycloneDX) of what is installed.

${table(
  ['package', 'version', 'licence'],
  packages.map((p) => [cell(p.name), p.version, cell(p.licence)]),
)}
`;
}
