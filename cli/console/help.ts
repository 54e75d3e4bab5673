import { SCREENS } from './screens.js';

/** Every key, as the help screen shows it. */
export function helpText(): string {
  const keys: readonly (readonly [string, string])[] = [
    ['Tab', 'next pane: hosts, timeline, evidence; or the other table of a screen'],
    ['↑ ↓ j k', 'move; PgUp PgDn by a page, g G to the first and last row'],
    ['Enter', 'host: open or close its windows · finding: its flows · any row with an address: what is known of it'],
    ['/', 'search: hosts by address or name, rows of a table by any words; empty search: all again'],
    ['f', 'only hosts with an alert, or all'],
    ['S', 'order of hosts: score, address, flows'],
    ['x', 'explain the chosen finding: rule, parameters, rows, arithmetic'],
    ['c', 'copy the address, name or id of the chosen row'],
    ['C', 'copy those of all rows of the table, each once, one a line'],
    ...SCREENS.map((s) => [s.key, s.help] as const),
    ['o', 'read the case again'],
    ['h ?', 'this help'],
    ['Esc', 'back · q or Ctrl-C: quit'],
  ];
  const marks = [
    '!  a host or window with an alert; red where there is colour',
    '›  the chosen row   ●  the pane that has the keys',
    '↗  an address outside the own networks',
    'Bars behind a host are its flows in the last windows, behind a window in its eighths; numbers are scores of 0 to 1.',
    'Timeline: → what the host asked for, ← what was asked of it, ! finding or alert.',
  ];
  return `${keys.map(([k, what]) => `${k.padEnd(9)}${what}`).join('\n')}\n\n${marks.join('\n')}`;
}
