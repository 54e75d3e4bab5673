import { expect, it } from 'vitest';
import { defanged } from './defang.js';

it.each([
  ['192.0.2.7', '192[.]0[.]2[.]7'],
  ['2001:db8::7', '2001[:]db8[:][:]7'],
  ['www.example.com', 'www[.]example[.]com'],
  ['http://user@evil.example:8080/a.php?x=1.2', 'hxxp://user[@]evil[.]example[:]8080/a.php?x=1.2'],
  ['https://evil.example', 'hxxps://evil[.]example'],
  ['FTP://evil.example/x', 'fxp://evil[.]example/x'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'd41d8cd98f00b204e9800998ecf8427e'],
])('%s becomes %s', (indicator, safe) => expect(defanged(indicator)).toBe(safe));
