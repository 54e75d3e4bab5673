import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { THREAT_LEVELS } from '../../analysis/detection/definition.js';
import { type FeedDefinition, feedSchema, INTEL_KINDS } from '../../analysis/intel/definition.js';
import { FeedError } from '../../analysis/intel/rows.js';
import { defaultFeedFolder, FEED_ID, type FeedSource, folderFeeds, knownFeeds } from '../../analysis/intel/sources.js';
import { copyFeed, type Updated, updateFeed } from '../../analysis/intel/update.js';
import { makeFolder } from '../../ingest/case/make-folder.js';
import { printJson, withProgress } from '../common.js';
import { usageError } from '../errors.js';
import { Progress } from '../progress.js';
import { withScratchCase } from '../scratch-case.js';
import { plural, safe, table } from '../terminal.js';
import { writeWhole } from '../write-file.js';
import { parseYaml } from '../yaml-file.js';

const inFolder = (command: Command): Command =>
  command.option('--feeds <dir>', 'folder of feeds (default: $XDG_DATA_HOME/slipstream/feeds)');

export function register(program: Command): void {
  const feeds = program
    .command('feeds')
    .description('Feeds of threat intelligence: list, add, update')
    .addHelpText(
      'after',
      `
Examples:
  slipstream feeds list
  slipstream feeds add feodo-tracker tor-exits
  slipstream feeds add our-list.txt --kinds ip,domain --level high
  slipstream feeds add https://example.org/bad.csv --definition bad.yaml
  slipstream feeds update

Nothing is downloaded but by 'add' and 'update'. Read the licence of a feed before you add it.`,
    );
  inFolder(
    feeds.command('list').description('Known feeds and those that are here').option('--json', 'print as JSON'),
  ).action((flags) => list(flags));
  withProgress(
    inFolder(
      feeds
        .command('add')
        .description('Add well-known feeds by name, a URL, or a file')
        .argument('<feed...>', "names from 'feeds list', or one URL or file")
        .option('--name <name>', 'name of a feed of your own (default: from the file or URL)')
        .option('--definition <file>', 'YAML that says how to read it (see analysis/intel/README.md)')
        .option('--kinds <list>', `what it holds, of ${INTEL_KINDS.join(', ')}`)
        .option('--level <level>', `threat level of its indicators: ${THREAT_LEVELS.join(', ')} (default medium)`)
        .option('--format <format>', 'lines, zeek, json; csv needs a definition (default lines)')
        .option('--json', 'print as JSON'),
    ),
  ).action(async (what: string[], flags) => add(what, flags));
  withProgress(
    inFolder(
      feeds
        .command('update')
        .description('Download what is newer; a feed that fails keeps its old data')
        .argument('[name...]', 'only these')
        .option('--timeout <seconds>', 'for each feed (default 300)')
        .option('--json', 'print as JSON'),
    ),
  ).action(async (names: string[], flags) => update(names, flags));
}

interface Flags {
  readonly feeds?: string;
  readonly json?: boolean;
  readonly progress?: boolean;
  readonly name?: string;
  readonly definition?: string;
  readonly kinds?: string;
  readonly level?: string;
  readonly format?: string;
  readonly timeout?: string;
}

const folderOf = (flags: Flags): string => flags.feeds ?? defaultFeedFolder();

/** Feeds of the folder, and the known ones that are not in it. */
function all(folder: string): FeedSource[] {
  const here = existsSync(folder) ? folderFeeds(folder) : [];
  const ids = new Set(here.map((f) => f.id));
  return [...here, ...knownFeeds().filter((f) => !ids.has(f.id))].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function list(flags: Flags): void {
  const rows = all(folderOf(flags)).map((f) => ({
    feed: f.id,
    title: f.definition.title,
    status: f.shipped ? 'ships' : f.path === undefined ? 'not added' : f.state ? 'downloaded' : 'file',
    kinds: f.definition.kinds,
    threat_level: f.definition.threat_level,
    entries: f.state?.entries ?? null,
    invalid: f.state?.invalid ?? null,
    as_of: f.state?.fetched ?? null,
    url: f.definition.url ?? null,
    licence: f.definition.licence ?? null,
  }));
  if (flags.json) {
    printJson(rows);
    return;
  }
  const text = table(
    ['feed', 'status', 'kinds', 'level', 'entries', 'as of', 'licence'],
    rows.map((r) => [
      r.feed,
      r.status,
      r.kinds.join(' '),
      r.threat_level,
      r.entries ?? '',
      r.as_of?.slice(0, 16).replace('T', ' ') ?? '',
      r.licence ?? '',
    ]),
  );
  process.stdout.write(`${text}\n\nFolder: ${safe(folderOf(flags))}\nAdd one:  slipstream feeds add NAME\n`);
}

interface Outcome {
  readonly feed: string;
  readonly status: 'new' | 'same' | 'failed';
  readonly entries?: number;
  readonly invalid?: Readonly<Record<string, number>>;
  readonly reason?: string;
}

async function add(what: readonly string[], flags: Flags): Promise<void> {
  const folder = folderOf(flags);
  const known = new Map(knownFeeds().map((f) => [f.id, f]));
  const own = what.filter((w) => !known.has(w));
  if (own.length > 0 && what.length > 1) {
    const missing = own.find((w) => !existsSync(w) && !isUrl(w));
    throw usageError(
      missing
        ? `no feed ${JSON.stringify(missing)}; see 'slipstream feeds list'`
        : 'add one URL or file at a time, so that the options are about it',
    );
  }
  const single = own[0];
  if (single !== undefined && !isUrl(single) && !(existsSync(single) && statSync(single).isFile())) {
    throw usageError(`${single}: no known feed, URL or file; see 'slipstream feeds list'`);
  }
  makeFolder(folder);
  await each(what, flags, async (name, store) => {
    const feed = known.get(name);
    if (feed?.shipped) throw new FeedError('ships with slipstream: it is always used');
    if (feed) return { feed: name, ...(await updateFeed(store, folder, name, feed.definition, undefined)) };
    const id = ownName(name, flags.name);
    const definition = ownDefinition(name, flags);
    const done = isUrl(name)
      ? await updateFeed(store, folder, id, definition, undefined)
      : await copyFeed(store, folder, id, definition, name);
    writeWhole(join(folder, `${id}.yaml`), stringify(written(definition)));
    return { feed: id, ...done };
  });
}

async function update(names: readonly string[], flags: Flags): Promise<void> {
  const folder = folderOf(flags);
  if (!existsSync(folder)) throw usageError(`${folder}: no feeds yet; add some with 'slipstream feeds add'`);
  const here = folderFeeds(folder);
  const unknown = names.find((n) => !here.some((f) => f.id === n));
  if (unknown !== undefined)
    throw usageError(`no feed ${JSON.stringify(unknown)} in ${folder}; add it with 'slipstream feeds add'`);
  const seconds = flags.timeout === undefined ? undefined : Number(flags.timeout);
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400))
    throw usageError(`--timeout ${flags.timeout}: expected seconds`);
  const wanted = here.filter((f) => (names.length > 0 ? names.includes(f.id) : f.definition.url !== undefined));
  const byId = new Map(wanted.map((f) => [f.id, f]));
  await each([...byId.keys()], flags, async (id, store) => {
    const feed = byId.get(id)!;
    const known = feed.path === undefined ? undefined : feed.state;
    const limits = seconds === undefined ? {} : { totalMs: seconds * 1000 };
    return { feed: id, ...(await updateFeed(store, folder, id, feed.definition, known, limits)) };
  });
}

type Store = Parameters<Parameters<typeof withScratchCase>[0]>[0];

/** One feed after the other; one that fails is told and the others go on, then the command has failed. */
async function each(
  names: readonly string[],
  flags: Flags,
  work: (name: string, store: Store) => Promise<Outcome & Updated>,
): Promise<void> {
  const progress = new Progress(flags.progress);
  const outcomes: Outcome[] = [];
  await withScratchCase(async (store) => {
    for (const [i, name] of names.entries()) {
      progress.update(name, i, names.length);
      try {
        outcomes.push(await work(name, store));
      } catch (error) {
        if (!(error instanceof FeedError)) throw error;
        outcomes.push({ feed: name, status: 'failed', reason: error.message });
      }
    }
  });
  progress.clear();
  if (flags.json) printJson(outcomes);
  else for (const o of outcomes) (o.status === 'failed' ? process.stderr : process.stdout).write(`${told(o)}\n`);
  if (outcomes.some((o) => o.status === 'failed')) process.exitCode = 1;
}

function told(o: Outcome): string {
  if (o.status === 'failed')
    return `slipstream: feed ${safe(o.feed)}: ${safe(o.reason)}; what was there before is kept`;
  const invalid = Object.entries(o.invalid ?? {});
  const rows = invalid.reduce((sum, [, n]) => sum + n, 0);
  const why = invalid.map(([reason, n]) => `${safe(reason)}: ${n}`).join(', ');
  return `${safe(o.feed)}: ${o.status === 'same' ? 'nothing new, ' : ''}${plural(o.entries ?? 0, 'indicator')}${rows > 0 ? `, ${plural(rows, 'row')} left out (${why})` : ''}`;
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

function ownName(what: string, name: string | undefined): string {
  const last = isUrl(what) ? basename(new URL(what).pathname) || new URL(what).hostname : basename(what);
  const id = name ?? last.slice(0, last.length - extname(last).length);
  if (!FEED_ID.test(id))
    throw usageError(`--name: a feed's name is letters, digits, '.', '_' and '-' (${JSON.stringify(id)} is none)`);
  return id;
}

function ownDefinition(what: string, flags: Flags): FeedDefinition {
  const url = isUrl(what) ? { url: what } : {};
  if (flags.definition !== undefined) return { ...parseYaml(flags.definition, feedSchema), ...url };
  if (flags.kinds === undefined)
    throw usageError(`${what}: say what it holds with --kinds, or how to read it with --definition`);
  const result = feedSchema.safeParse({
    title: isUrl(what) ? what : basename(what),
    ...url,
    format: flags.format ?? 'lines',
    kinds: flags.kinds.split(',').map((k) => k.trim()),
    threat_level: flags.level ?? 'medium',
  });
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const option = { kinds: '--kinds', threat_level: '--level', format: '--format' }[String(issue.path[0])] ?? what;
    throw usageError(`${option}: ${issue.message}`);
  }
  if (result.data.format === 'csv') throw usageError('--format csv: columns are named in a --definition file');
  return result.data;
}

/** A definition without what goes without saying. */
function written(definition: FeedDefinition): Record<string, unknown> {
  const plain = feedSchema.parse({ title: 't', format: 'lines', kinds: ['ip'], threat_level: 'info' });
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(definition)) {
    const needed = ['title', 'format', 'kinds', 'threat_level'].includes(key);
    if (!needed && JSON.stringify(value) === JSON.stringify(plain[key as keyof FeedDefinition])) continue;
    if (key === 'file') continue;
    out[key] = key === 'separator' && value === '\t' ? 'tab' : value;
  }
  return out;
}
