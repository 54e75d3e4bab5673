import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { askNames, type RdnsAccess } from '../analysis/enrich/rdns/look-up.js';
import type { AnalysisOptions } from '../analysis/options.js';

const server = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:]+\]:\d{1,5}|[0-9a-fA-F:]+|\d+\.\d+\.\d+\.\d+(:\d{1,5})?)$/,
    'expected an address, such as 192.0.2.53 or 192.0.2.53:5353',
  );

/** `rdns:` of the configuration. It never turns the questions on: that takes `--rdns`. */
export const rdnsSchema = z.strictObject({
  /** Resolvers to ask instead of the system's. */
  servers: z.array(server).min(1).optional(),
  /** Questions of one run. */
  most: z.number().int().positive().max(100_000).optional(),
  timeout_seconds: z.number().positive().max(60).optional(),
  /** Days for which an answer in the cache is taken. */
  max_age_days: z.number().positive().max(365).optional(),
});

/** The questions of a run, when they are asked for. */
export function rdns(
  flags: { readonly rdns?: boolean },
  config: z.infer<typeof rdnsSchema> | undefined,
): AnalysisOptions['askNames'] {
  if (!flags.rdns) return undefined;
  const access: RdnsAccess = {
    servers: config?.servers ?? [],
    cacheFolder: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipstream', 'rdns'),
    most: config?.most ?? 2000,
    parallel: 16,
    timeoutMs: (config?.timeout_seconds ?? 3) * 1000,
    tries: 2,
    maxAge: (config?.max_age_days ?? 7) * 86_400,
  };
  return (db, progress) => askNames(db, access, progress);
}
