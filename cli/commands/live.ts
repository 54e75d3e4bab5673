import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Blocker } from '../../analysis/blocking/blocker.js';
import { chooseFirewall } from '../../analysis/blocking/choose.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { renderReport } from '../../reports/render.js';
import { seconds, withAnalysis } from '../common.js';
import { type AnalysisFlags, type RunSettings, runSettings } from '../config.js';
import { LivePrinter } from '../live-printer.js';
import { become, sudoUser } from '../privileges.js';
import { type LiveInput, runLive } from '../run-live.js';
import { writeWhole } from '../write-file.js';

export function register(program: Command): void {
  withAnalysis(
    program
      .command('live')
      .description('Capture from an interface, or follow growing logs, into a case; windows are analysed as they close')
      .requiredOption('--db <file>', 'the case file; made where there is none')
      .option('-i, --interface <name>', 'interface to capture from')
      .option('--follow <path>', 'a growing Zeek folder or log, or EVE file, instead of an interface')
      .option('--bpf <expr>', 'only packets that match (tcpdump filter expression)')
      .option('--snaplen <bytes>', 'bytes kept of each packet (default 65535)')
      .option('--buffer <MiB>', 'kernel buffer for packets that are not read yet (default 64)')
      .option('--engine <name>', 'auto, tcpdump, dumpcap or cap (default auto: a program with kernel timestamps first)')
      .option('--tcp-inactivity <time>', 'idle time that ends a TCP flow: 90s, 5m, 60m (default 60m)')
      .option('--flush <time>', 'how often flows are written; a kill loses this much at most (default 5s)')
      .option('--retain <time or size>', 'keep flows of this time (24h) or as much as fits (10GB); findings stay')
      .option('--duration <time>', 'stop after this time')
      .option('-w, --write <file>', 'also write the packets, so that they can be cut out later')
      .option('--block', 'block alerted hosts in the firewall, to the end of the next window')
      .option('--firewall <name>', 'nftables or iptables (default: nftables where it is)')
      .option('--site <name>', 'keeps equal private networks of different places apart')
      .option('--alerts <file>', 'where alerts are appended (default alerts.jsonl beside the case)')
      .option('--report <file>', 'write the report at the end')
      .option('--json', 'one JSON object a line instead of text')
      .option('--no-progress', 'no status line'),
  )
    .addHelpText(
      'after',
      `
Examples:
  sudo slipstream live -i eth0 --db live.duckdb --window 15m
  sudo slipstream live -i eth0 --db live.duckdb --block --retain 24h --json
  slipstream live --follow /opt/zeek/logs/current --db live.duckdb --report report.html

Ctrl-C writes all flows, analyses the last window and ends. Meanwhile 'report', 'query' and 'console' look at the case.
Without root: setcap cap_net_raw+ep $(command -v tcpdump)`,
    )
    .action((flags) => live(flags));
}

interface LiveFlags extends AnalysisFlags, LiveInput {
  readonly duration?: string;
  readonly block?: boolean;
  readonly firewall?: string;
  readonly alerts?: string;
  readonly report?: string;
  readonly json?: boolean;
  readonly progress?: boolean;
}

async function live(flags: LiveFlags): Promise<void> {
  const settings = runSettings(flags);
  const detections = loadDetections(settings.analysis.detectionPaths);
  const alerts = flags.alerts ?? join(dirname(flags.db), 'alerts.jsonl');
  const width = settings.analysis.window === 'one' ? 3600 : settings.analysis.window / 1e6;
  const firewall = flags.block ? chooseFirewall(flags.firewall) : undefined;
  // Fails now, not at the first alert, when the firewall may not be changed.
  firewall?.block([]);
  const blocker = firewall && new Blocker(firewall, settings.analysis.whitelist, `${flags.db}.blocking.jsonl`);
  const printer = new LivePrinter(Boolean(flags.json), flags.progress !== false);
  const listener = {
    ...printer.listener,
    alert: (raised: Parameters<typeof printer.listener.alert>[0]) => {
      printer.listener.alert(raised);
      try {
        appendFileSync(alerts, `${raised.line}\n`);
      } catch (error) {
        // Blocking and the capture do not wait for room in a log.
        printer.listener.warning(`${alerts}: ${(error as Error).message}; the alert is in the case only`);
      }
      if (!blocker) return;
      const left = Date.parse(raised.tw_end) / 1000 + width - Date.now() / 1000;
      const wanted = { address: raised.profile, seconds: Math.max(1, left), ...raised };
      for (const d of blocker.block([wanted], width)) printer.blocked(d);
    },
  };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const duration = seconds('--duration', flags.duration);
  const timer = duration === undefined ? undefined : setTimeout(() => stop.abort(), duration * 1000);
  // The firewall needs root as long as it is changed, and logs that only root may read as long as they grow.
  const user = flags.block || flags.interface === undefined ? undefined : sudoUser();
  try {
    const opened = (): void => user && become(user);
    await runLive(flags, { settings, detections, listener, stop: stop.signal, user, opened });
  } finally {
    clearTimeout(timer);
    printer.end();
  }
  if (flags.report) await report(flags.db, flags.report, settings, detections);
}

async function report(
  db: string,
  path: string,
  settings: RunSettings,
  detections: ReturnType<typeof loadDetections>,
): Promise<void> {
  const store = await CaseStore.open(db, { mode: 'read', ...settings });
  try {
    writeWhole(path, await renderReport(store, { detections }));
  } finally {
    store.close();
  }
}
