/** What a piece of text means; the palette of 16 colours says how that looks. */
export type Tone = 'alert' | 'warning' | 'notice' | 'good' | 'muted' | 'title' | 'selected' | 'key';

const CODES: Readonly<Record<Tone, string>> = {
  alert: '1;31',
  warning: '33',
  notice: '36',
  good: '32',
  muted: '90',
  title: '1',
  selected: '7',
  key: '1;36',
};

export type Paint = (tone: Tone | undefined, text: string) => string;

/** Styles text with the terminal's 16 colours, or leaves it alone (`NO_COLOR`, `TERM=dumb`). */
export function painter(colour: boolean): Paint {
  if (!colour) return (_, text) => text;
  return (tone, text) => (tone === undefined || text === '' ? text : `\x1b[${CODES[tone]}m${text}\x1b[0m`);
}

/** Whether this terminal is to be coloured: `NO_COLOR` and `TERM=dumb` say no. */
export const wantsColour = (env: Readonly<Record<string, string | undefined>>): boolean =>
  (env.NO_COLOR === undefined || env.NO_COLOR === '') && env.TERM !== 'dumb';

/** Tone of a threat level. */
export const levelTone = (level: string): Tone | undefined =>
  (({ critical: 'alert', high: 'alert', medium: 'warning', low: 'notice', info: 'muted' }) as const)[level];
