import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { askVirusTotal, type VtAccess } from '../analysis/enrich/virustotal/look-up.js';
import type { AnalysisOptions } from '../analysis/options.js';
import { usageError } from './errors.js';

/** `virustotal:` of the configuration. It never turns the questions on: that takes `--virustotal`. */
export const virustotalSchema = z.strictObject({
  key_file: z.string().optional(),
  per_minute: z.number().positive().max(1000).optional(),
  per_day: z.number().int().positive().optional(),
  /** Questions of one run. */
  most: z.number().int().positive().max(100_000).optional(),
  /** Days for which an answer in the cache is taken. */
  max_age_days: z.number().positive().max(365).optional(),
});

export interface VirustotalFlags {
  readonly virustotal?: boolean;
  readonly virustotalKey?: string;
}

const KEY_VARIABLE = 'SLIPSTREAM_VIRUSTOTAL_KEY';
/** For tests only: another server in VirusTotal's place. The key goes there. */
const BASE_VARIABLE = 'SLIPSTREAM_VIRUSTOTAL_URL';

/**
 * The questions of a run, when they are asked for. The key stays inside the function.
 * @throws CliError without a key
 */
export function virustotal(
  flags: VirustotalFlags,
  config: z.infer<typeof virustotalSchema> | undefined,
  base: string,
): AnalysisOptions['lookUp'] {
  if (!flags.virustotal) {
    if (flags.virustotalKey !== undefined) throw usageError('--virustotal-key: nothing is asked without --virustotal');
    return undefined;
  }
  const access: VtAccess = {
    key: key(flags.virustotalKey, config?.key_file, base),
    base: process.env[BASE_VARIABLE] || 'https://www.virustotal.com/api/v3',
    cacheFolder: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipstream', 'virustotal'),
    perMinute: config?.per_minute ?? 4,
    perDay: config?.per_day ?? 500,
    most: config?.most ?? 100,
    maxAge: (config?.max_age_days ?? 3) * 86_400,
    timeoutMs: 30_000,
  };
  return (db, progress) => askVirusTotal(db, access, progress);
}

function key(flag: string | undefined, configured: string | undefined, base: string): string {
  const file = flag ?? (configured === undefined ? undefined : resolve(base, configured));
  const [text, from] = file === undefined ? [process.env[KEY_VARIABLE], KEY_VARIABLE] : [fileText(file), file];
  if (text === undefined || text === '') {
    throw usageError(
      `--virustotal needs a key: --virustotal-key FILE, virustotal: {key_file: FILE}, or ${KEY_VARIABLE}`,
    );
  }
  const found = text.trim().split(/\s/)[0]!;
  if (!/^[A-Za-z0-9]{16,128}$/.test(found))
    throw usageError(`${from}: holds no key of VirusTotal (letters and digits)`);
  return found;
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
}
