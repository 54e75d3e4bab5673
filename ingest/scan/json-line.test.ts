import { describe, expect, it } from 'vitest';
import { brokenJsonObject } from './json-line.js';

describe('brokenJsonObject', () => {
  it.each([
    ['{"a": 1', 'broken JSON'],
    ['[1]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"a":1,"b":{"c":1,"c":2}}', 'key c twice'],
    ['{"a":1,"\\u0061":2}', 'key a twice'],
    ['{"a":"\\ud800"}', 'half a surrogate pair'],
    [`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'JSON nested too deep'],
  ])('%.40s: %s', (line, reason) => expect(brokenJsonObject(line)).toBe(reason));

  it.each([
    '{"a":":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":[{"x":1},{"x":2}],"b":{"x":1}}',
    '{"a":"\\ud83d\\ude00"}',
    '{"a":{"b":{"c":1,"c":2}}}',
  ])('takes %s', (line) => expect(brokenJsonObject(line)).toEqual(JSON.parse(line)));
});
