// Remakes analysis/detections/incompatible-user-agent/data/makers.csv from the IEEE registry as the package `oui-data` has it:
//   npm pack oui-data, unpack it, then: node scripts/oui-makers.mjs package/index.json
import { readFileSync, writeFileSync } from 'node:fs';

/** Makers whose devices run what they sell: name in the registry, short name, kind. */
const MAKERS = [
  [/^Apple, Inc\.$/, 'Apple', 'apple'],
  [/^GUANGDONG OPPO MOBILE/, 'OPPO', 'phone'],
  [/^vivo Mobile Communication/, 'vivo', 'phone'],
  [/^OnePlus Technology/, 'OnePlus', 'phone'],
  [/^Motorola Mobility LLC, a Lenovo/, 'Motorola', 'phone'],
  [/^(Xiaomi Communications|Beijing Xiaomi Mobile)/, 'Xiaomi', 'phone'],
  [/^Dell Inc\.$/, 'Dell', 'pc'],
  [/^(Hewlett Packard|HP Inc\.)$/, 'HP', 'pc'],
];

const registry = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const rows = Object.entries(registry).flatMap(([prefix, text]) => {
  const maker = MAKERS.find(([name]) => name.test(text.split('\n')[0]));
  return maker && /^[0-9A-F]{6}$/.test(prefix) ? [`${prefix.toLowerCase()},${maker[1]},${maker[2]}`] : [];
});
const target = new URL('../analysis/detections/incompatible-user-agent/data/makers.csv', import.meta.url);
writeFileSync(target, `prefix,maker,kind\n${rows.sort().join('\n')}\n`);
