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

/** Text in lines of at most `columns`, broken at spaces where it can be; leading spaces are kept on the first line. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    const indent = /^ */.exec(paragraph)![0].slice(0, Math.floor(columns / 2));
    let line = '';
    for (let word of paragraph.slice(indent.length).split(' ')) {
      while (indent.length + width(word) > columns) {
        if (line !== '') lines.push(indent + line);
        line = '';
        const head = clip(word, columns - indent.length) || [...word][0]!;
        lines.push(indent + head);
        word = word.slice(head.length);
      }
      const longer = line === '' ? word : `${line} ${word}`;
      if (indent.length + width(longer) <= columns) line = longer;
      else {
        lines.push(indent + line);
        line = word;
      }
    }
    lines.push(indent + line);
  }
  return lines;
}

const BARS = '▁▂▃▄▅▆▇█';

/** One character a value, the largest full; zero is a space. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((v) => (v <= 0 ? ' ' : BARS[Math.ceil((v / most) * BARS.length) - 1]!)).join('');
}
