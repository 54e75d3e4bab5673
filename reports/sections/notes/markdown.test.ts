import { expect, it } from 'vitest';
import { markdown } from './markdown.js';

it('makes paragraphs, lists, headings below the section, tables and code', () => {
  const html = markdown(
    '# Summary\n\nSeen *twice*.\n\n- one\n- two\n\n| a | b |\n|--:|---|\n| 1 | 2 |\n\n```js\nx < 1\n```',
  );
  expect(html).toContain('<h3>Summary</h3>');
  expect(html).toContain('<em>twice</em>');
  expect(html).toContain('<li>two</li>');
  expect(html).toContain('<th>a</th>');
  expect(html).toContain('<pre><code>x &lt; 1\n</code></pre>');
  expect(html).not.toMatch(/style=|class=/);
});

it('shows links and pictures as text', () => {
  const html = markdown('[ticket](https://example.org/1) ![x](http://192.0.2.1/a.png) <http://192.0.2.1/>');
  expect(html).toContain('ticket (<code>https://example.org/1</code>)');
  expect(html).not.toMatch(/<a|<img|href=|src=/);
});

it.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '```"><script>alert(1)</script>\nx\n```',
  '| <script>alert(1)</script> |\n|---|\n| <b onclick=x> |',
  '<!-- x --><style>*{}</style>',
  '[x]: javascript:alert(1)\n[x]',
])('obeys nothing of %j', (text) => {
  expect(markdown(text)).not.toMatch(/<(script|img|a|style|b)\b|<!--/i);
});

it('writes hidden characters out', () => {
  expect(markdown('a\u202Etxt.exe \x1b[31m')).toBe('<p>a\\u{202e}txt.exe \\x1b[31m</p>');
});
