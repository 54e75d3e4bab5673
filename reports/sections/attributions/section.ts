import { type DataSetId, dataSets } from '../../../analysis/enrich/data-sets.js';
import { clipped } from '../../format/text.js';
import type { SectionModule } from '../section.js';

/** The tables that described the addresses, with the attribution that their licences ask for. */
export const section: SectionModule = {
  async build({ facts }) {
    const data = (Object.keys(dataSets) as DataSetId[]).flatMap((id) => {
      const used = parsed(facts.provenance.get(`data.${id}`));
      if (used === undefined) return [];
      // Links are ours: a case file could bring any.
      const ours = used.name === dataSets[id].package ? dataSets[id] : undefined;
      return [
        {
          what: dataSets[id].title,
          name: clipped(used.name, 100),
          version: clipped(used.version, 40),
          sha256: clipped(used.sha256, 64),
          licence: ours?.licence ?? null,
          sources: ours?.attribution ?? [],
        },
      ];
    });
    return data.length === 0 ? null : { data };
  },
};

function parsed(text: string | undefined): { name: string; version: string; sha256: string } | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return { name: String(value.name), version: String(value.version), sha256: String(value.sha256) };
  } catch {
    return undefined;
  }
}
