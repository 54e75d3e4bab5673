import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { openAsn } from '../analysis/enrich/asn/asn.js';
import { openGeoip } from '../analysis/enrich/geoip/geoip.js';
import { networkRange } from '../analysis/networks.js';
import { type AnalysisOptions, defaultOptions, type ParameterValue, parseWindow } from '../analysis/options.js';
import { readWhitelist } from '../analysis/whitelist/whitelist.js';
import { kindNames } from '../models/registry.js';
import { usageError } from './errors.js';
import { feedFolder } from './feed-folder.js';
import type { InputSettings } from './input-settings.js';
import { rdns, rdnsSchema } from './rdns.js';
import { memoryLimit, threads } from './resources.js';
import { virustotal, virustotalSchema } from './virustotal.js';
import { parseYaml } from './yaml-file.js';

const cidr = z.string().refine((v) => networkRange(v) !== undefined, 'not an address or network');
const list = <T extends z.ZodType>(item: T) => z.union([item.transform((v) => [v]), z.array(item)]);
const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]);

/** The configuration file. Unknown keys are refused; detections are checked against the registry. */
export const configSchema = z.strictObject({
  site: z.string().optional(),
  window: z
    .string()
    .refine((v) => parseWindow(v) !== undefined, 'expected one, or a width such as 90s, 15m, 1h, 1d')
    .optional(),
  window_origin: z.enum(['epoch', 'first']).optional(),
  home_net: list(cidr).optional(),
  direction: z.enum(['out', 'all']).optional(),
  whitelist: list(z.string()).optional(),
  feeds: z.string().optional(),
  modules: list(z.string()).optional(),
  disable: list(z.string()).optional(),
  asn_db: z.string().optional(),
  virustotal: virustotalSchema.optional(),
  rdns: rdnsSchema.optional(),
  geoip_db: z.string().optional(),
  scoring: z.enum(['default', 'slips']).optional(),
  evidence_threshold: z.number().min(0).max(1).optional(),
  slips_threshold: z.number().positive().optional(),
  letters: z
    .strictObject({ writing: z.enum(['0.7.3', 'head']).optional(), reset: z.enum(['case', 'window']).optional() })
    .optional(),
  /** Flows whose lines table `timeline` may hold. */
  timeline_rows: z.number().int().min(0).max(100_000_000).optional(),
  threads: z.number().int().min(1).max(256).optional(),
  memory_limit: z.string().optional(),
  bpf: z.string().optional(),
  tcp_inactivity: z.string().optional(),
  hash_files: z.boolean().optional(),
  checksums: z.boolean().optional(),
  models: z.record(z.string(), z.string()).optional(),
  detections: z.looseObject({ paths: z.array(z.string()).optional() }).optional(),
});

export type Config = z.infer<typeof configSchema>;

/** What the command line says; undefined where it says nothing. */
export interface AnalysisFlags {
  readonly config?: string;
  readonly window?: string;
  readonly windowOrigin?: string;
  readonly homeNet?: string;
  readonly direction?: string;
  readonly whitelist?: string;
  readonly letters?: string;
  readonly lettersReset?: string;
  readonly feeds?: string;
  readonly virustotal?: boolean;
  readonly rdns?: boolean;
  readonly virustotalKey?: string;
  readonly asnDb?: string;
  readonly geoipDb?: string;
  readonly modules?: string;
  readonly disable?: string;
  readonly model?: readonly string[];
  readonly threads?: string;
  readonly memoryLimit?: string;
  readonly site?: string;
}

export interface RunSettings extends InputSettings {
  readonly analysis: AnalysisOptions;
}

/**
 * Configuration file and flags together; flags win.
 * @throws CliError naming what is wrong
 */
export function runSettings(flags: AnalysisFlags): RunSettings {
  const config: Config = flags.config ? parseYaml(flags.config, configSchema) : {};
  const base = flags.config ? dirname(resolve(flags.config)) : process.cwd();
  const whitelists = flags.whitelist ? [flags.whitelist] : (config.whitelist ?? []).map((p) => resolve(base, p));
  const { paths, ...parameters } = config.detections ?? {};
  return {
    analysis: {
      window: window(flags.window ?? config.window ?? '1h'),
      windowOrigin: oneOf('--window-origin', flags.windowOrigin, ['epoch', 'first']) ?? config.window_origin ?? 'epoch',
      homeNet: homeNet(flags.homeNet) ?? config.home_net ?? [],
      direction: oneOf('--direction', flags.direction, ['out', 'all']) ?? config.direction ?? 'out',
      whitelist: whitelists.flatMap((p) => readWhitelist(p)),
      lookUp: virustotal(flags, config.virustotal, base),
      askNames: rdns(flags, config.rdns),
      asnDb: file(flags.asnDb, config.asn_db, base, openAsn),
      geoipDb: file(flags.geoipDb, config.geoip_db, base, openGeoip),
      modules: split(flags.modules) ?? config.modules,
      disable: [...(config.disable ?? []), ...(split(flags.disable) ?? [])].sort(),
      parameters: detectionParameters(parameters),
      detectionPaths: (paths ?? []).map((p) => resolve(base, p)),
      models: models(flags.model, config.models, base),
      evidenceThreshold: config.evidence_threshold ?? defaultOptions.evidenceThreshold,
      scoring: config.scoring ?? 'default',
      slipsThreshold: config.slips_threshold ?? defaultOptions.slipsThreshold,
      letters: {
        writing:
          oneOf('--letters', flags.letters, ['0.7.3', 'head']) ??
          config.letters?.writing ??
          defaultOptions.letters.writing,
        reset:
          oneOf('--letters-reset', flags.lettersReset, ['case', 'window']) ??
          config.letters?.reset ??
          defaultOptions.letters.reset,
      },
      timelineRows: config.timeline_rows ?? defaultOptions.timelineRows,
      feeds: feedFolder('--feeds', flags.feeds ?? config.feeds, flags.feeds === undefined ? base : '.'),
    },
    site: flags.site ?? config.site ?? '',
    threads: threads(flags.threads) ?? config.threads ?? 2,
    memoryLimit: memoryLimit(flags.memoryLimit ?? config.memory_limit ?? '2GB'),
    bpf: config.bpf,
    tcpInactivity: config.tcp_inactivity,
    hashFiles: config.hash_files ?? false,
    checksums: config.checksums ?? false,
  };
}

function detectionParameters(given: Record<string, unknown>): Record<string, Record<string, ParameterValue>> {
  const schema = z.record(z.string(), z.record(z.string(), parameter));
  const result = schema.safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw usageError(`detections.${issue.path.join('.')}: expected parameters by name (${issue.message})`);
  }
  return result.data as Record<string, Record<string, ParameterValue>>;
}

/** `--model KIND=DIR` and `models:` of the configuration; flags win. */
function models(
  flags: readonly string[] | undefined,
  config: Readonly<Record<string, string>> | undefined,
  base: string,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [kind, folder] of Object.entries(config ?? {})) out[kind] = resolve(base, folder);
  for (const text of flags ?? []) {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1)
      throw usageError(`--model ${text}: expected KIND=DIR, such as https=my-model`);
    out[text.slice(0, at)] = resolve(text.slice(at + 1));
  }
  for (const kind of Object.keys(out)) {
    if (!kindNames().includes(kind))
      throw usageError(`no kind of model ${JSON.stringify(kind)}: ${kindNames().join(', ')}`);
  }
  return out;
}

function window(text: string): number | 'one' {
  const parsed = parseWindow(text);
  if (parsed === undefined) throw usageError(`--window ${text}: expected one, or a width such as 90s, 15m, 1h, 1d`);
  return parsed;
}

function oneOf<T extends string>(flag: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  if (!allowed.includes(value as T)) throw usageError(`${flag} ${value}: one of ${allowed.join(', ')}`);
  return value as T;
}

/** A file that is checked before any work; one that the configuration names lies beside it. */
function file(
  flag: string | undefined,
  configured: string | undefined,
  base: string,
  check: (path: string) => unknown,
): string | undefined {
  const path = flag ?? (configured === undefined ? undefined : resolve(base, configured));
  if (path !== undefined) check(path);
  return path;
}

const split = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((t) => t.trim())
    .filter((t) => t !== '');

function homeNet(text: string | undefined): string[] | undefined {
  const nets = split(text);
  for (const net of nets ?? []) {
    if (!networkRange(net)) throw usageError(`--home-net ${net}: not an address or network such as 192.168.0.0/16`);
  }
  return nets;
}
