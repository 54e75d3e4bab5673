import { appendFileSync } from 'node:fs';
import type { WhitelistRule } from '../whitelist/whitelist.js';
import type { BlockedAddress, Firewall } from './firewall.js';
import { protectedAddresses, protectedBecause } from './protected.js';

/** An alerted host as blocking sees it. */
export interface Wanted {
  readonly address: string;
  /** Seconds from now on. */
  readonly seconds: number;
  readonly alert_id: string;
  readonly evidence_id: string;
}

/** What became of a wish to block. */
export interface Decision extends Wanted {
  readonly blocked: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** Blocks alerted hosts and writes down what it did: one JSON object a line. */
export class Blocker {
  readonly #firewall: Firewall;
  readonly #whitelist: readonly WhitelistRule[];
  readonly #audit: string | undefined;
  /** Until when each address is blocked, in milliseconds of the clock. */
  readonly #until = new Map<string, number>();

  constructor(firewall: Firewall, whitelist: readonly WhitelistRule[], audit: string | undefined) {
    this.#firewall = firewall;
    this.#whitelist = whitelist;
    this.#audit = audit;
  }

  /** Which of the hosts may be blocked; the strongest alert of each comes first and decides. */
  decide(wanted: readonly Wanted[]): Decision[] {
    const own = protectedAddresses();
    return wanted.map((w) => {
      const reason = protectedBecause(w.address, own, this.#whitelist);
      return reason === undefined ? { ...w, blocked: true } : { ...w, blocked: false, reason };
    });
  }

  /**
   * Blocks hosts. One that is blocked already gets `extend` seconds more.
   * @throws CliError when the firewall cannot be changed
   */
  block(wanted: readonly Wanted[], extend: number): Decision[] {
    const now = Date.now();
    const decisions = this.decide(wanted);
    const entries = new Map<string, BlockedAddress>();
    for (const d of decisions) {
      if (!d.blocked) continue;
      const until = this.#until.get(d.address);
      const end = until !== undefined && until > now ? until + extend * 1000 : now + d.seconds * 1000;
      this.#until.set(d.address, end);
      entries.set(d.address, { address: d.address, seconds: Math.max(1, (end - now) / 1000) });
    }
    if (entries.size > 0) this.#firewall.block([...entries.values()]);
    for (const d of decisions) {
      const seconds = entries.get(d.address)?.seconds;
      this.#write({
        action: d.blocked ? 'block' : 'spare',
        address: d.address,
        ...(seconds === undefined ? { reason: d.reason } : { seconds: Math.round(seconds) }),
        alert_id: d.alert_id,
        evidence_id: d.evidence_id,
      });
    }
    return decisions.map((d) => ({ ...d, seconds: entries.get(d.address)?.seconds ?? d.seconds }));
  }

  /** Takes all rules away. */
  clear(): void {
    this.#firewall.clear();
    this.#until.clear();
    this.#write({ action: 'clear' });
  }

  #write(entry: Readonly<Record<string, unknown>>): void {
    if (this.#audit === undefined) return;
    appendFileSync(
      this.#audit,
      `${JSON.stringify({ ts: new Date().toISOString(), firewall: this.#firewall.name, ...entry })}\n`,
    );
  }
}
