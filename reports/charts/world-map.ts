import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoEqualEarth, geoPath } from 'd3-geo';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { counted } from '../format/numbers.js';
import { markup } from '../format/text.js';
import { svg } from './svg.js';

export interface MapCountry {
  /** ISO 3166-1, two letters. */
  readonly code: string;
  readonly flows: number;
  /** Highest threat level of findings there; null: none. */
  readonly level: string | null;
}

const WIDTH = 1040;
const HEIGHT = 500;
const LEVELS = new Set(['low', 'medium', 'high', 'critical']);
const require = createRequire(import.meta.url);

/** Data files of the libraries, read when a map is drawn. */
const json = (name: string): unknown => JSON.parse(readFileSync(require.resolve(name), 'utf8'));

let names: Readonly<Record<string, string>> | undefined;

/** A country's English name; the code itself when nobody knows it. */
export function countryName(code: string): string {
  if (!names) {
    const { countries: all } = json('i18n-iso-countries/langs/en.json') as {
      countries: Record<string, string | readonly string[]>;
    };
    names = Object.fromEntries(Object.entries(all).map(([c, n]) => [c, typeof n === 'string' ? n : n[0]!]));
  }
  return Object.hasOwn(names, code) ? names[code]! : code;
}

/** The world in equal-area shapes: grey by flows, coloured by the level of findings. */
export function worldMap(rows: readonly MapCountry[], summary: string): string {
  const atlas = json('world-atlas/countries-110m.json') as Topology<{ countries: GeometryCollection }>;
  const world = feature(atlas, atlas.objects.countries);
  const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], world);
  const path = geoPath(projection).digits(1);
  const byNumber = new Map(rows.map((r) => [countries.alpha2ToNumeric(r.code), r]));
  const most = Math.max(1, ...rows.map((r) => r.flows));
  const shapes = new Map<string, string[]>();
  const titles: string[] = [];
  for (const land of world.features) {
    const row = byNumber.get(String(land.id).padStart(3, '0'));
    const shape = path(land);
    if (!shape) continue;
    const look = row === undefined ? 'land' : lookOf(row, most);
    if (row === undefined) shapes.set(look, [...(shapes.get(look) ?? []), shape]);
    else {
      const words = `${countryName(row.code)}: ${counted(row.flows, 'flow')}${row.level ? `, findings up to ${row.level}` : ''}`;
      titles.push(`<path class="${look}" d="${shape}"><title>${markup(words)}</title></path>`);
    }
  }
  const plain = [...shapes].map(([look, all]) => `<path class="${look}" d="${all.join('')}"/>`);
  return svg({ id: 'map', width: WIDTH, height: HEIGHT, title: 'Countries of the addresses outside', text: summary }, [
    ...plain,
    ...titles,
  ]);
}

const lookOf = (row: MapCountry, most: number): string =>
  row.level !== null && LEVELS.has(row.level)
    ? `f-${row.level}`
    : `m-${Math.min(4, 1 + Math.floor((Math.log1p(row.flows) / Math.log1p(most)) * 3.999))}`;
