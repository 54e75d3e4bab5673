import type { Command } from 'commander';
import { Blocker, type Decision, type Wanted } from '../../analysis/blocking/blocker.js';
import { chooseFirewall } from '../../analysis/blocking/choose.js';
import { sqlOf } from '../../analysis/passes.js';
import { readWhitelist } from '../../analysis/whitelist/whitelist.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { printJson, seconds } from '../common.js';
import { safe, table } from '../terminal.js';

interface BlockFlags {
  readonly db: string;
  readonly for?: string;
  readonly whitelist?: string;
  readonly firewall?: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  const block = program.command('block').description('Firewall rules against alerted hosts');
  const withCase = (command: Command): Command =>
    command
      .requiredOption('--db <file>', 'the case file')
      .option('--for <time>', 'how long, such as 30m or 1h (default: to the end of the window after the last alert)')
      .option('--whitelist <file>', 'addresses that are never blocked')
      .option('--firewall <name>', 'nftables or iptables (default: nftables where it is)')
      .option('--json', 'print as JSON');
  withCase(block.command('list').description('who would be blocked and why not, and the rules; changes nothing'))
    .addHelpText('after', '\nExample:\n  slipstream block list --db case.duckdb --for 1h')
    .action((flags: BlockFlags) => list(flags));
  withCase(
    block.command('apply').description('block the alerted hosts of a case (needs the right to change the firewall)'),
  )
    .addHelpText('after', '\nExample:\n  sudo slipstream block apply --db case.duckdb --for 1h')
    .action((flags: BlockFlags) => apply(flags));
  block
    .command('clear')
    .description('take all rules away again')
    .option('--db <file>', 'the case file whose audit log says so')
    .option('--firewall <name>', 'nftables or iptables (default: nftables where it is)')
    .addHelpText('after', '\nExample:\n  sudo slipstream block clear')
    .action((flags: { db?: string; firewall?: string }) => {
      blocker(flags.firewall, undefined, flags.db).clear();
      process.stdout.write('Nothing is blocked any more.\n');
    });
}

const blocker = (firewall: string | undefined, whitelist: string | undefined, db: string | undefined): Blocker =>
  new Blocker(
    chooseFirewall(firewall),
    whitelist === undefined ? [] : readWhitelist(whitelist),
    db === undefined ? undefined : `${db}.blocking.jsonl`,
  );

/** Alerted hosts with the time that is left for them; those whose time is over have none. */
async function wanted(flags: BlockFlags): Promise<Wanted[]> {
  const fixed = seconds('--for', flags.for);
  const store = await CaseStore.open(flags.db, { mode: 'read' });
  try {
    const rows = await store.db.all(sqlOf('blocking/alerted.sql'));
    return rows.map((r) => ({
      address: String(r.address),
      seconds: fixed ?? (Number(r.tw_end_us) + Number(r.width_us)) / 1e6 - Date.now() / 1000,
      alert_id: String(r.alert_id),
      evidence_id: String(r.evidence_id),
    }));
  } finally {
    store.close();
  }
}

async function list(flags: BlockFlags): Promise<void> {
  const firewall = chooseFirewall(flags.firewall);
  const decisions = timed(blocker(flags.firewall, flags.whitelist, undefined).decide(await wanted(flags)));
  const rules = firewall.plan(decisions.filter((d) => d.blocked));
  if (flags.json) {
    printJson({ firewall: firewall.name, hosts: decisions, rules: rules.split('\n') });
    return;
  }
  print(decisions, 'would be blocked');
  if (decisions.some((d) => d.blocked)) process.stdout.write(`\n# ${firewall.name}\n${rules}\n`);
}

async function apply(flags: BlockFlags): Promise<void> {
  const hosts = await wanted(flags);
  const over = timed(hosts.map((h) => ({ ...h, blocked: true }))).filter((d) => !d.blocked);
  const decisions = [
    ...blocker(flags.firewall, flags.whitelist, flags.db).block(
      hosts.filter((h) => h.seconds > 0),
      0,
    ),
    ...over,
  ];
  if (flags.json) printJson({ hosts: decisions });
  else print(decisions, 'blocked');
}

/** Hosts whose time has run out are not blocked. */
const timed = (decisions: readonly Decision[]): Decision[] =>
  decisions.map((d) =>
    d.blocked && d.seconds <= 0 ? { ...d, blocked: false, reason: 'its time is over; --for sets another' } : d,
  );

function print(decisions: readonly Decision[], word: string): void {
  if (decisions.length === 0) {
    process.stdout.write('No host of the case has an alert.\n');
    return;
  }
  const rows = decisions.map((d) => [
    d.address,
    d.blocked ? `${word} for ${Math.ceil(d.seconds)} s` : `not blocked: ${safe(d.reason)}`,
    d.evidence_id,
  ]);
  process.stdout.write(`${table(['address', 'decision', 'evidence'], rows)}\n`);
}
