import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { asset } from '../../cli/package-root.js';
import { parseYaml } from '../../cli/yaml-file.js';

const dataSet = z.strictObject({
  title: z.string(),
  package: z.string(),
  version: z.string(),
  integrity: z.string(),
  files: z.array(z.string()),
  licence: z.string(),
  attribution: z.array(z.strictObject({ text: z.string(), url: z.string() })),
});
const schema = z.strictObject({ asn: dataSet, country: dataSet, vendor: dataSet });

export type DataSetId = keyof z.infer<typeof schema>;

/** Tables about addresses that ship with the package, and whose work they are. */
export const dataSets: Readonly<Record<DataSetId, z.infer<typeof dataSet>>> = parseYaml(
  asset('analysis/enrich/data/data-sets.yaml'),
  schema,
);

/** What was used to describe addresses: a shipped table, or a user's own file. */
export interface DataUsed {
  readonly name: string;
  readonly version: string;
  /** Of the shipped tables in the order of `files`, or of the file. */
  readonly sha256: string;
  readonly licence?: string;
  readonly attribution?: readonly { readonly text: string; readonly url: string }[];
}

export const dataFile = (name: string): string => asset('analysis/enrich/data', name);

const described = new Map<DataSetId, DataUsed>();

/** Name, version, hash and licence of a shipped table. */
export function shipped(id: DataSetId): DataUsed {
  const known = described.get(id) ?? describe(id);
  described.set(id, known);
  return known;
}

function describe(id: DataSetId): DataUsed {
  const { package: name, version, files, licence, attribution } = dataSets[id];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(dataFile(file)));
  return { name, version, sha256: hash.digest('hex'), licence, attribution };
}
