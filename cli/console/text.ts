import stringWidth from 'string-width';

/** Characters that surely take one column: ASCII, and the dots, arrows, lines and blocks that the console draws with. */
const SINGLE = /^[\x20-\x7e·…‹›→←↗▸▾●\u2500-\u259f]*$/;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that plain text (no escape sequences) takes in a terminal. */
export const width = (text: string): number => (SINGLE.test(text) ? text.length : stringWidth(text));

/** Exactly `columns` wide: cut with an ellipsis, or padded on the left (`right`) or on the right. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  if (columns <= 0) return '';
  const cut = width(text) <= columns ? text : `${clip(text, columns - 1)}…`;
  const space = ' '.repeat(Math.max(0, columns - width(cut)));
  return align === 'right' ? space + cut : cut + space;
}

/** The longest beginning that is at most `columns` wide; no character is cut in half. */
export function clip(text: string, columns: number): string {
  if (SINGLE.test(text)) return text.slice(0, Math.max(0, columns));
  let out = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += width(segment);
    if (used > columns) break;
    out += segment;
  }
  return out;
}

/** What stands before the text of a line: leading spaces, and a word or two with a gap behind them, as in `Time   12:00`. */
const LABEL = /^ *(?:\S+(?: \S+)? {2,})?/;

/**
 * Text in lines of at most `columns`, broken at spaces where it can be. What is broken goes on below its beginning: behind
 * leading spaces, and behind a label where it has one.
 */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    if (width(paragraph) <= columns) return [paragraph];
    // The line below the head of a table.
    if (/^[ ─]+$/.test(paragraph)) return [clip(paragraph, columns)];
    const label = LABEL.exec(paragraph)![0];
    const spaces = /^ */.exec(paragraph)![0];
    const fits = width(label) <= columns / 2;
    const start = fits ? label : spaces.slice(0, Math.floor(columns / 2));
    const indent = width(start);
    const lines = broken(paragraph.slice(fits ? label.length : spaces.length), columns - indent);
    return lines.map((line, i) => (i === 0 ? start : ' '.repeat(indent)) + line);
  });
}

/** One paragraph in lines; words that are too long are cut. */
function broken(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    while (width(word) > columns) {
      if (line !== '') lines.push(line);
      line = '';
      const head = clip(word, columns) || [...word][0]!;
      lines.push(head);
      word = word.slice(head.length);
    }
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

const BARS = '▁▂▃▄▅▆▇█';

/** One character a value, the largest full; zero is a space. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((v) => (v <= 0 ? ' ' : BARS[Math.ceil((v / most) * BARS.length) - 1]!)).join('');
}
