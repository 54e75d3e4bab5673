import { z } from 'zod';

/** Kinds of subject, as `lookups.kind` names them. */
export const VT_KINDS = ['virustotal-file', 'virustotal-url', 'virustotal-domain', 'virustotal-address'] as const;
export type VtKind = (typeof VT_KINDS)[number];

/** Scores that Slips names: of the URLs of an address or domain, of files downloaded from it, of files that name it, of files that call it. */
export const RELATED = {
  url: 'urls',
  down_file: 'downloaded_files',
  ref_file: 'referrer_files',
  com_file: 'communicating_files',
} as const;
export type RelatedKind = keyof typeof RELATED;

const count = z.number().int().nonnegative().max(1e6);
const stats = z.object({ malicious: count, suspicious: count, harmless: count, undetected: count });

/** What is kept of an object's report. Other members of VirusTotal's answer are dropped. */
export const reportSchema = z.object({
  data: z.object({
    attributes: z.object({
      last_analysis_stats: stats,
      last_analysis_date: z.number().int().nonnegative().max(1e11).optional(),
      reputation: z.number().int().optional(),
      meaningful_name: z.string().optional(),
      popular_threat_classification: z.object({ suggested_threat_label: z.string().optional() }).optional(),
    }),
  }),
});

/** A list of related objects; those without an analysis do not count. */
export const relatedSchema = z.object({
  data: z.array(z.object({ attributes: z.object({ last_analysis_stats: stats.optional() }).optional() })),
});

export interface Score {
  readonly malicious: number;
  readonly engines: number;
  /** Share of engines that call it malicious, in percent, six decimals. */
  readonly score: number;
}

/** An answer as `lookups` and the cache hold it. */
export type VtAnswer =
  | { readonly status: 'unknown' }
  | ({
      readonly status: 'found';
      readonly suspicious: number;
      /** Seconds since the epoch of VirusTotal's own last analysis. */
      readonly analysed: number | null;
      readonly reputation: number | null;
      readonly label: string | null;
      readonly related: Partial<Record<RelatedKind, Score | null>>;
    } & Score);

export const answerSchema = z.union([
  z.object({ status: z.literal('unknown') }),
  z.object({
    status: z.literal('found'),
    malicious: count,
    suspicious: count,
    engines: count,
    score: z.number(),
    analysed: z.number().nullable(),
    reputation: z.number().nullable(),
    label: z.string().nullable(),
    related: z.record(
      z.string(),
      z.object({ malicious: z.number(), engines: z.number(), score: z.number() }).nullable(),
    ),
  }),
]);

/** 100 × malicious / engines over one or more analyses; 0 without any. */
export function score(list: readonly z.infer<typeof stats>[]): Score {
  const malicious = list.reduce((sum, s) => sum + s.malicious, 0);
  const engines = list.reduce((sum, s) => sum + s.malicious + s.suspicious + s.harmless + s.undetected, 0);
  return { malicious, engines, score: engines === 0 ? 0 : Math.round((100 * malicious * 1e6) / engines) / 1e6 };
}

/** The report of an object as an answer, without related objects. */
export function found(report: z.infer<typeof reportSchema>): Extract<VtAnswer, { status: 'found' }> {
  const a = report.data.attributes;
  const label = a.popular_threat_classification?.suggested_threat_label ?? a.meaningful_name ?? null;
  return {
    status: 'found',
    ...score([a.last_analysis_stats]),
    suspicious: a.last_analysis_stats.suspicious,
    analysed: a.last_analysis_date ?? null,
    reputation: a.reputation ?? null,
    label: label === null ? null : label.slice(0, 200),
    related: {},
  };
}
