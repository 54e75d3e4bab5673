import type { Row } from '../../../ingest/case/database.js';
import { countryName, type MapCountry, worldMap } from '../../charts/world-map.js';
import { grouped } from '../../format/numbers.js';
import { LIMITS } from '../../limits.js';
import type { SectionModule } from '../section.js';

/** Where the addresses outside are registered: a map, countries, networks. */
export const section: SectionModule = {
  async build(context) {
    const rows = await context.rows('countries');
    const countries = rows
      .filter((r) => r.asn === null)
      .map((r) => ({ code: String(r.country), name: countryName(String(r.country)), ...numbers(r) }));
    if (countries.length === 0) return null;
    const networks = rows.filter((r) => r.asn !== null);
    return {
      map: countries.map(({ code, flows, level }) => ({ code, flows, level })),
      countries: countries.slice(0, LIMITS.countries),
      more_countries: Math.max(0, countries.length - LIMITS.countries),
      networks: networks
        .slice(0, LIMITS.networks)
        .map((r) => ({ asn: Number(r.asn), name: r.as_org, country: r.country, ...numbers(r) })),
      more_networks: Math.max(0, networks.length - LIMITS.networks),
      summary: `Traffic with addresses in ${grouped(countries.length)} ${countries.length === 1 ? 'country' : 'countries'}; those that findings name are marked by their level`,
    };
  },
  charts: (data) => ({ map: worldMap(data.map as MapCountry[], String(data.summary)) }),
};

const numbers = (r: Row) => ({
  addresses: Number(r.addresses),
  flows: Number(r.flows),
  bytes: Number(r.bytes),
  findings: Number(r.findings),
  level: r.level === null || r.level === undefined ? null : String(r.level),
});
