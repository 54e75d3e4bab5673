import { cell, num, scored } from './cells.js';
import type { Paint } from './paint.js';
import type { Place } from './table.js';
import { pad, sparkline, width } from './text.js';

export interface Host {
  readonly profile: string;
  readonly site: string;
  readonly score: number;
  readonly alerts: number;
  readonly isLocal: boolean;
  /** `me`: the machine that captured; `old me`: it had this address in an earlier capture. */
  readonly own: string;
  readonly flows: number;
  /** Flows of its last windows. */
  readonly spark: readonly number[];
}

export interface Window {
  readonly start: string;
  readonly end: string;
  readonly tw: number;
  readonly name: string;
  readonly score: number;
  readonly alerted: boolean;
  readonly flows: number;
  /** Flows of its eighths. */
  readonly spark: readonly number[];
}

export const hostKey = (host: { profile: string; site: string }): string => `${host.site}\0${host.profile}`;

/** A visible row: a host, or one of its windows when it is open. */
export interface TreeRow {
  readonly host: Host;
  readonly window?: Window;
}

/** Hosts with the windows of the open ones below them. */
export function treeRows(hosts: readonly Host[], open: ReadonlyMap<string, readonly Window[]>): TreeRow[] {
  return hosts.flatMap((host): TreeRow[] => [
    { host },
    ...(open.get(hostKey(host)) ?? []).map((window) => ({ host, window })),
  ]);
}

/** Lines of the tree. `!` marks what is alerted, `›` the chosen row: both show without colour. */
export function treeLines(
  rows: readonly TreeRow[],
  isOpen: (host: Host) => boolean,
  place: Place,
  columns: number,
  lines: number,
  focused: boolean,
  paint: Paint,
): string[] {
  return rows.slice(place.top, place.top + lines).map((row, i) => {
    const chosen = place.top + i === place.row;
    const { host, window } = row;
    const alerted = window ? window.alerted : host.alerts > 0;
    const score = window ? window.score : host.score;
    const left = window
      ? `   ${window.tw} ${window.name}`
      : `${isOpen(host) ? '▾' : '▸'}${host.isLocal ? ' ' : '↗'}${cell(host.profile)}${host.site === '' ? '' : `@${cell(host.site)}`}${host.own === '' ? '' : ` (${host.own})`}`;
    const numbers = scored(score).padStart(4);
    const rest = columns - 2 - width(numbers) - 1;
    const flows = num(window?.flows).padStart(7);
    const spark = sparkline((window ?? host).spark);
    const tail = !window ? spark.padStart(8) : rest >= 34 ? `${flows} ${spark.padEnd(8)}` : flows;
    const body = rest - width(tail) - 1 >= 18 ? `${pad(left, rest - width(tail) - 1)} ${tail}` : pad(left, rest);
    const text = `${chosen ? '›' : ' '}${alerted ? '!' : ' '}${body} ${numbers}`;
    return paint(
      chosen && focused ? 'selected' : alerted ? 'alert' : host.isLocal || window ? undefined : 'muted',
      text,
    );
  });
}
