import type { Command } from 'commander';
import { INPUT_KINDS, type InputKind } from '../ingest/reader.js';
import { readers } from '../ingest/readers.js';
import { usageError } from './errors.js';

/** An option that may be given again and again. */
export const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Options of every command that opens a case. */
export const withResources = (command: Command): Command =>
  command
    .option('--threads <n>', 'worker threads (results do not depend on it; default 2)')
    .option('--memory-limit <size>', 'memory for tables and sorts, the rest spills to disk (default 2GB)');

/** Options that change what an analysis finds. */
export const withAnalysis = (command: Command): Command =>
  withResources(command)
    .option('--config <file>', 'YAML configuration; unknown keys are refused')
    .option('--window <width>', 'width of a time window: 90s, 15m, 1h, 1d, or one (default 1h)')
    .option('--window-origin <origin>', 'epoch, or first: windows begin at the first flow (default epoch)')
    .option('--home-net <cidr,...>', 'own networks (default: private, ULA, link-local, shared ranges)')
    .option('--direction <which>', 'out: profiles of originators; all: of responders too (default out)')
    .option('--whitelist <file>', 'lines of type,value,direction,ignore')
    .option(
      '--letters <writing>',
      'behavioural letters as Slips 0.7.3 or its present version (head) writes them (default 0.7.3)',
    )
    .option('--letters-reset <where>', 'case: letters run on; window: they start anew, as in Slips (default case)')
    .option(
      '--feeds <dir>',
      "folder of intelligence feeds, or case: those used before (default: the user's, see 'feeds')",
    )
    .option('--virustotal', 'ask VirusTotal about addresses, names, URLs and files met outside (sends them there)')
    .option('--virustotal-key <file>', 'file with your key (or SLIPSTREAM_VIRUSTOTAL_KEY)')
    .option('--rdns', 'ask resolvers for the names of addresses met outside (sends them there)')
    .option('--asn-db <file>', 'your own .mmdb file of AS numbers instead of the shipped table')
    .option('--geoip-db <file>', 'your own .mmdb file of countries or cities instead of the shipped table')
    .option('--modules <list>', 'run only these detections or modules')
    .option('--disable <list>', 'do not run these detections or modules')
    .option('--model <kind=dir>', 'a model of your own, such as https=my-model (may be given again)', repeated);

/** Options of commands that read captures. */
export const withInputs = (command: Command): Command =>
  command
    .option('--kind <kind>', `read every input as ${INPUT_KINDS.join(', ')} instead of by content`)
    .option('--site <name>', 'keeps equal private networks of different places apart')
    .option('--label <label>', 'label every flow of these inputs malicious or benign')
    .option('--bpf <expr>', 'read only packets that match (tcpdump filter expression; packet captures)')
    .option('--tcp-inactivity <time>', 'idle time that ends a TCP flow: 90s, 5m, 60m (packet captures; default 60m)')
    .option('--hash-files', 'MD5, SHA-1 and SHA-256 of transferred files (packet captures)')
    .option('--checksums', 'leave out packets with wrong checksums (packet captures; default: count them)');

export const withProgress = (command: Command): Command =>
  command.option('--progress', 'progress on stderr even when it is no terminal').option('--no-progress', 'no progress');

/** `--kind` checked. */
export async function inputKind(text: string | undefined): Promise<InputKind | undefined> {
  if (text === undefined) return undefined;
  const known = (await readers()).map((r) => r.kind);
  if (!known.includes(text as InputKind)) throw usageError(`--kind ${text}: one of ${known.sort().join(', ')}`);
  return text as InputKind;
}

export function label(text: string | undefined): string | undefined {
  if (text !== undefined && text !== 'malicious' && text !== 'benign') {
    throw usageError(`--label ${text}: malicious or benign`);
  }
  return text;
}

/**
 * An idle time such as 90s, 5m, 1h in seconds.
 * @throws CliError for anything else
 */
export function seconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim());
  const value = match ? Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86400 }[match[2] as 's' | 'm' | 'h' | 'd'] : 0;
  if (!(value > 0 && value <= 86400 * 365)) throw usageError(`${flag} ${text}: expected a time such as 90s, 5m or 1h`);
  return value;
}

/** Machine-readable output. */
export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};
