import { z } from 'zod';
import { networkRange } from './networks.js';
import type { AnalysisOptions } from './options.js';

const text = z.string().max(10_000);
const scalar = z.union([text, z.number(), z.boolean()]);
const value = z.union([scalar, z.array(z.union([text, z.number()]))]);

/**
 * Options of an analysis as the provenance of a case or a manifest writes them: text from elsewhere, checked before it
 * can reach SQL. Paths are left out there: `detectionPaths` is a number, `models` a list of kinds, `feeds` not there.
 * Every option needs its line here.
 */
const shape = {
  window: z.union([
    z.literal('one'),
    z
      .number()
      .int()
      .min(1_000_000)
      .max(3650 * 86400 * 1e6),
  ]),
  windowOrigin: z.enum(['epoch', 'first']),
  homeNet: z.array(text.refine((v) => networkRange(v) !== undefined, 'not an address or network')),
  direction: z.enum(['out', 'all']),
  whitelist: z.array(
    z.strictObject({
      kind: z.enum(['ip', 'domain', 'organization', 'mac']),
      value: text,
      direction: z.enum(['src', 'dst', 'both']),
      ignore: z.enum(['flows', 'alerts', 'both']),
    }),
  ),
  disable: z.array(text),
  modules: z.array(text).optional(),
  parameters: z.record(z.string(), z.record(z.string(), value)),
  detectionPaths: z.number().int().min(0),
  models: z.array(text).optional(),
  feeds: z.undefined().optional(),
  lookUp: z.undefined().optional(),
  askNames: z.undefined().optional(),
  asnDb: z.literal('own').optional(),
  geoipDb: z.literal('own').optional(),
  evidenceThreshold: z.number().min(0).max(1),
  scoring: z.enum(['default', 'slips']),
  slipsThreshold: z.number().positive(),
  timelineRows: z.number().int().min(0),
  letters: z.strictObject({ writing: z.enum(['0.7.3', 'head']), reset: z.enum(['case', 'window']) }),
} satisfies Record<keyof AnalysisOptions, z.ZodType>;

export const configurationSchema = z.strictObject(shape);

/** A configuration from a manifest or a case, checked. */
export type RecordedConfiguration = z.infer<typeof configurationSchema>;
