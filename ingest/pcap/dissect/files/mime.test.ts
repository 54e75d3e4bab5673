import { expect, it } from 'vitest';
import { mimeType } from './mime.js';

it.each([
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['MZ\x90\0', 'application/x-dosexec'],
  ['\x7fELF\x02', 'application/x-executable'],
  ['PK\x03\x04aaaa', 'application/zip'],
  ['\r\n <!DOCTYPE html>', 'text/html'],
  ['{"a": 1}', 'text/json'],
  ['[{"a": 1}]', 'text/json'],
  ['<?xml version="1.0"?>', 'application/xml'],
  ['just some words', 'text/plain'],
  ['#!/bin/sh\nls', 'text/x-shellscript'],
  ['\x00\x01\x02\x03\x04\x05\x06\x07', undefined],
  ['short', undefined],
])('%j is %s', (bytes, mime) => {
  expect(mimeType(Buffer.from(bytes, 'latin1'))).toBe(mime);
});
