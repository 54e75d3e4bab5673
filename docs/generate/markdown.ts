/** Text in a cell of a Markdown table: one line, nothing in it is markup by accident. */
export const cell = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|').replaceAll('<', '&lt;');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((r) => `| ${r.map((c) => (c === '' ? ' ' : c)).join(' | ')} |`),
  ].join('\n');

/** Says where a page comes from. */
export const made = (from: string): string => `<!-- Made by \`npm run docs\` from ${from}: change that, not this. -->`;
