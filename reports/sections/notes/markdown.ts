import MarkdownIt from 'markdown-it';
import { shown } from '../../format/text.js';

/** Headings below the section's own. */
const LOWER = 2;

/**
 * Markdown as HTML that loads and runs nothing: HTML in it is text, pictures are their words, and a link is its text with
 * the address beside it.
 */
export function markdown(text: string): string {
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
  const { rules } = md.renderer;
  rules.link_open = () => '';
  rules.link_close = (tokens, i) => ` (<code>${md.utils.escapeHtml(hrefBefore(tokens, i))}</code>)`;
  for (const name of ['heading_open', 'heading_close'] as const) {
    rules[name] = (tokens, i) => {
      const level = Math.min(6, Number(tokens[i]!.tag.slice(1)) + LOWER);
      return name === 'heading_open' ? `<h${level}>` : `</h${level}>`;
    };
  }
  // Column alignment is a `style` attribute, which the page's policy refuses.
  for (const name of ['th_open', 'td_open'] as const) rules[name] = (tokens, i) => `<${tokens[i]!.tag}>`;
  // The name of a code block's language would be a class.
  rules.fence = (tokens, i) => `<pre><code>${md.utils.escapeHtml(tokens[i]!.content)}</code></pre>`;
  const lines = text.split(/\r\n?|\n/).map((line) => line.split('\t').map(shown).join('\t'));
  return md.render(lines.join('\n')).trim();
}

/** The address of the link that ends at token `i`; links do not nest. */
function hrefBefore(
  tokens: readonly { type: string; attrGet(name: string): string | number | null }[],
  i: number,
): string {
  for (let k = i - 1; k >= 0; k--) if (tokens[k]!.type === 'link_open') return String(tokens[k]!.attrGet('href') ?? '');
  return '';
}
