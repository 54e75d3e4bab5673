import type { Decision } from '../analysis/blocking/blocker.js';
import type { NewAlert, NewEvidence } from '../ingest/live/findings.js';
import type { LiveListener, LiveStatus } from '../ingest/live/live-options.js';
import { score as scoreText } from '../reports/format/numbers.js';
import { count, safe } from './terminal.js';

/** Prints what a live capture tells: text with a status line, or one JSON object a line. */
export class LivePrinter {
  readonly #json: boolean;
  readonly #status: boolean;
  #shown = 0;
  #before: LiveStatus | undefined;
  #last: LiveStatus | undefined;

  constructor(json: boolean, status: boolean) {
    this.#json = json;
    this.#status = status && !json && process.stderr.isTTY === true;
  }

  readonly listener = {
    capturing: (iface: string, engine: string) =>
      this.#say({ event: 'capturing', interface: iface, engine }, `capturing on ${safe(iface)} with ${engine}`),
    evidence: (e: NewEvidence) =>
      this.#say(
        { event: 'evidence', ...e },
        `${clock(e.ts)}  ${e.suppressed ? 'whitelisted' : e.threat_level.padEnd(8)}  ${safe(e.description)}  [${e.evidence_id}]`,
      ),
    alert: (a: NewAlert) =>
      this.#say(
        { event: 'alert', ...(JSON.parse(a.line) as object) },
        `${clock(a.tw_start)}  ALERT     ${safe(a.profile)}, score ${scoreText(a.score)}: ${safe(a.description)}`,
      ),
    window: (end: string, seconds: number) =>
      this.#say({ event: 'window', end, analysis_seconds: Number(seconds.toFixed(3)) }, undefined),
    status: (s: LiveStatus) => this.#line(s),
    warning: (message: string) => {
      this.#clear();
      process.stderr.write(`warning: ${safe(message)}\n`);
    },
  } satisfies LiveListener;

  blocked(d: Decision): void {
    const text = d.blocked
      ? `blocked ${safe(d.address)} for ${Math.ceil(d.seconds)} s`
      : `not blocked: ${safe(d.address)}, ${safe(d.reason)}`;
    this.#say(
      {
        event: d.blocked ? 'blocked' : 'spared',
        address: d.address,
        seconds: d.blocked ? Math.ceil(d.seconds) : null,
        reason: d.reason ?? null,
        evidence_id: d.evidence_id,
      },
      `          ${text}`,
    );
  }

  /** Takes the status line away and says what was seen. */
  end(): void {
    this.#clear();
    const s = this.#last;
    if (!s) return;
    const numbers = `${count(s.packets)} packets, ${count(s.flows)} flows, ${count(s.dropped)} dropped by the kernel`;
    if (this.#json) process.stdout.write(`${JSON.stringify({ event: 'end', ...s })}\n`);
    else process.stdout.write(`${numbers}\n`);
  }

  #say(json: Readonly<Record<string, unknown>>, text: string | undefined): void {
    this.#clear();
    if (this.#json) process.stdout.write(`${JSON.stringify(json)}\n`);
    else if (text !== undefined) process.stdout.write(`${text}\n`);
  }

  #line(s: LiveStatus): void {
    this.#before = this.#last;
    this.#last = s;
    if (!this.#status) return;
    const rate = s.packets - (this.#before?.packets ?? s.packets);
    const text =
      `${count(s.packets)} packets (${count(rate)}/s), ${count(s.flows)} flows, ${count(s.openFlows)} open, ${count(s.dropped)} dropped`.slice(
        0,
        (process.stderr.columns ?? 80) - 1,
      );
    process.stderr.write(`\r${text.padEnd(this.#shown)}`);
    this.#shown = text.length;
  }

  #clear(): void {
    if (this.#shown > 0) process.stderr.write(`\r${' '.repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}

const clock = (iso: string): string => iso.slice(11, 19);
