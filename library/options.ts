import { resolve } from 'node:path';
import type { ParameterValue } from '../analysis/options.js';
import { type AnalysisFlags, type RunSettings, runSettings } from '../cli/config.js';
import type { Listener } from '../cli/progress.js';
import type { InputFlags } from '../cli/read-inputs.js';

/** What opening a case may use of the machine. Results do not depend on it. */
export interface ResourceOptions {
  /** Worker threads of DuckDB, 1 to 256. Default 2. */
  readonly threads?: number | undefined;
  /** Memory for tables and sorts, such as `512MB` or `2GB`, at least `256MB`; the rest spills to disk. Default `2GB`. */
  readonly memoryLimit?: string | undefined;
}

/** What changes the findings of an analysis. Each option is the one of the command line; options win over `config`. */
export interface AnalysisChoices extends ResourceOptions {
  /** Path of a YAML configuration; unknown keys and wrong values are refused with line and column. */
  readonly config?: string | undefined;
  /** Keeps equal private networks of different places apart. Default: the empty string. */
  readonly site?: string | undefined;
  /** Width of a time window: `90s`, `15m`, `1h`, `1d`, or `one` for a single window. Default `1h`. */
  readonly window?: string | undefined;
  /** Where windows begin: at multiples of their width since 1970 (UTC), or at the first flow. Default `epoch`. */
  readonly windowOrigin?: 'epoch' | 'first' | undefined;
  /** Own networks as CIDRs. Default: private, unique local, link-local and shared ranges. */
  readonly homeNet?: readonly string[] | undefined;
  /** Hosts that get a profile: those that open connections, or `all` of them. Default `out`. */
  readonly direction?: 'out' | 'all' | undefined;
  /** Path of a whitelist: lines of `type,value,direction,ignore`. */
  readonly whitelist?: string | undefined;
  /** Folder of intelligence feeds, or `case`: the indicators used before. Default: the user's folder, where there is one. */
  readonly feeds?: string | undefined;
  /** Ask resolvers for the names of addresses met outside: sends them there. Default false. */
  readonly rdns?: boolean | undefined;
  /** Paths of `.mmdb` files instead of the tables that ship. */
  readonly asnDb?: string | undefined;
  readonly geoipDb?: string | undefined;
  /** Only detections of these modules, or with these ids. */
  readonly modules?: readonly string[] | undefined;
  /** Detections or modules that do not run. */
  readonly disable?: readonly string[] | undefined;
  /** Folders of models of your own by kind: `{ https: 'my-model' }`. */
  readonly models?: Readonly<Record<string, string>> | undefined;
  /** Folders with detections of your own, beside those that the configuration names. */
  readonly detectionPaths?: readonly string[] | undefined;
  /** Parameters of detections by their id: `{ 'horizontal-port-scan': { min_hosts: 25, threat_level: 'medium' } }`. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>> | undefined;
}

/** How captures are read. */
export interface ReadingChoices {
  /** Read every input as this kind instead of by content. */
  readonly kind?: 'pcap' | 'zeek' | 'suricata' | 'argus' | 'nfdump' | undefined;
  /** Label of every flow of these inputs whose record has none of its own. */
  readonly label?: 'malicious' | 'benign' | undefined;
  /** Only packets that match this tcpdump filter expression (packet captures; needs `tcpdump`). */
  readonly bpf?: string | undefined;
  /** Idle time that ends a TCP flow, such as `5m` (packet captures). Default `60m`. */
  readonly tcpInactivity?: string | undefined;
  /** MD5, SHA-1 and SHA-256 of transferred files (packet captures). Default false. */
  readonly hashFiles?: boolean | undefined;
  /** Leave out packets with wrong checksums (packet captures). Default false: they are counted. */
  readonly checksums?: boolean | undefined;
}

/** Who wants to know how far work has come. */
export interface Callbacks {
  /** Called often; `total` 0 means unknown. */
  readonly onProgress?: ((step: string, done: number, total: number) => void) | undefined;
  /** What the command line prints as `warning:`. Text of file names in it is as the file system has it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The settings of a run. @throws SlipstreamError naming the option as the command line calls it */
export function settingsOf(choices: AnalysisChoices): RunSettings {
  const { analysis, ...rest } = runSettings(flagsOf(choices));
  const parameters = { ...analysis.parameters };
  for (const [id, values] of Object.entries(choices.parameters ?? {})) {
    parameters[id] = { ...parameters[id], ...values };
  }
  const own = (choices.detectionPaths ?? []).map((path) => resolve(path));
  return { ...rest, analysis: { ...analysis, parameters, detectionPaths: [...analysis.detectionPaths, ...own] } };
}

function flagsOf(c: AnalysisChoices): AnalysisFlags {
  return defined({
    config: c.config,
    site: c.site,
    window: c.window,
    windowOrigin: c.windowOrigin,
    homeNet: c.homeNet?.join(','),
    direction: c.direction,
    whitelist: c.whitelist,
    feeds: c.feeds,
    rdns: c.rdns,
    asnDb: c.asnDb,
    geoipDb: c.geoipDb,
    modules: c.modules?.join(','),
    disable: c.disable?.join(','),
    model: c.models && Object.entries(c.models).map(([kind, folder]) => `${kind}=${folder}`),
    threads: c.threads === undefined ? undefined : String(c.threads),
    memoryLimit: c.memoryLimit,
  });
}

/** How to read, as the command line says it. */
export const inputFlags = (c: ReadingChoices): InputFlags =>
  defined({
    kind: c.kind,
    label: c.label,
    bpf: c.bpf,
    tcpInactivity: c.tcpInactivity,
    hashFiles: c.hashFiles,
    checksums: c.checksums,
  });

export const listener = ({ onProgress, onWarning }: Callbacks): Listener => ({
  update: (step, done = 0, total = 0) => onProgress?.(step, done, total),
  warn: (message) => onWarning?.(message),
  clear: () => undefined,
});

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined. */
const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>;
