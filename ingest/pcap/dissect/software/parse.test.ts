import { expect, it } from 'vitest';
import { parseSoftware } from './parse.js';

it.each([
  ['curl/7.58.0', { name: 'curl', version_major: 7, version_minor: 58, version_minor2: 0 }],
  ['OpenSSH_8.1', { name: 'OpenSSH', version_major: 8, version_minor: 1 }],
  [
    'Apache/2.4.10 (Debian)',
    { name: 'Apache', version_major: 2, version_minor: 4, version_minor2: 10, version_addl: 'Debian' },
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0',
    { name: 'Firefox', version_major: 52, version_minor: 0 },
  ],
  ['Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)', { name: 'MSIE', version_major: 7, version_minor: 0 }],
  ['strange', { name: 'strange' }],
])('%s', (raw, software) => {
  expect(parseSoftware(raw)).toEqual(software);
});
