import { z } from 'zod';
import { THREAT_LEVELS } from '../detection/definition.js';

/** Kinds of indicator. `tor`: addresses of Tor exits, which are no threat by themselves. */
export const INTEL_KINDS = [
  'ip',
  'cidr',
  'domain',
  'url',
  'ja3',
  'ja3s',
  'ja4',
  'certificate',
  'file',
  'asn',
  'tor',
] as const;
export type IntelKind = (typeof INTEL_KINDS)[number];

/** What an indicator looks like, and the kinds that such a text can be of. */
export const SHAPES: Readonly<Record<string, readonly IntelKind[]>> = {
  ip: ['ip', 'tor'],
  cidr: ['cidr'],
  domain: ['domain'],
  url: ['url'],
  asn: ['asn'],
  ja4: ['ja4'],
  md5: ['ja3', 'ja3s', 'file'],
  sha1: ['certificate', 'file'],
  sha256: ['certificate', 'file'],
};

const column = z.union([z.string().min(1), z.number().int().min(1).max(200)]);

/** A feed: `NAME.yaml` says what it is and how to read it. Unknown keys are refused. */
export const feedSchema = z.strictObject({
  title: z.string().min(1),
  /** Where `feeds update` gets it; without it the feed is a local file. */
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'expected http:// or https://')
    .optional(),
  homepage: z.string().optional(),
  /** Terms of its maker, for the user to read before adding it. */
  licence: z.string().optional(),
  /** File with the data, beside the definition; default `NAME.data`. */
  file: z
    .string()
    .regex(/^[^/\\.][^/\\]*$/, 'a file name without folders')
    .optional(),
  /** lines: one indicator a line. csv: cells. zeek: an intelligence file. json: STIX 2.1, MISP, or records. */
  format: z.enum(['auto', 'lines', 'csv', 'zeek', 'json']),
  /** What it may hold: a row of another kind is invalid. */
  kinds: z.array(z.enum(INTEL_KINDS)).min(1),
  /** Level of indicators whose row says none. */
  threat_level: z.enum(THREAT_LEVELS),
  /** Description of indicators whose row says none. */
  description: z.string().optional(),
  /** Beginnings of lines that are no data. */
  comments: z.array(z.string().min(1)).default(['#', ';', '//']),
  /** lines: the blank-separated word that is the indicator. */
  field: z.number().int().min(1).max(50).default(1),
  /** csv: what separates cells. */
  separator: z
    .enum([',', ';', '|', 'tab'])
    .default(',')
    .transform((s) => (s === 'tab' ? '\t' : s)),
  /** csv: what names the columns: the first data line, a comment line before it, either; or nothing (columns by number). */
  header: z.enum(['first', 'comment', 'either', 'none']).default('none'),
  /** csv and json records: columns by name or by number from 1. */
  columns: z
    .strictObject({
      indicator: column,
      kind: column.optional(),
      threat_level: column.optional(),
      description: column.optional(),
    })
    .optional(),
  /** Words of the kind column in this project's kinds. */
  kind_words: z.record(z.string(), z.enum(INTEL_KINDS)).default({}),
  /** Words of the level column in this project's levels. */
  level_words: z.record(z.string(), z.enum(THREAT_LEVELS)).default({}),
  /** json: where the records are, as a JSON path; default: the document is a list of them. */
  records: z.string().startsWith('$').optional(),
  /** Take addresses that are not public: only for lists about the own network. */
  allow_private: z.boolean().default(false),
  /** Largest download, decompressed, in MB. */
  max_mb: z.number().positive().max(4096).default(200),
});

/** A feed as its YAML defines it. */
export type FeedDefinition = z.infer<typeof feedSchema>;
