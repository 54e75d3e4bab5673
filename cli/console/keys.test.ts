import { expect, it } from 'vitest';
import { keyNames, type Pressed } from './keys.js';

const none: Pressed = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
};

it('takes typed-ahead text apart', () => expect(keyNames('/dga\r', none)).toEqual(['/', 'd', 'g', 'a', 'enter']));
it('knows the named keys', () => {
  expect(keyNames('', { ...none, pageDown: true })).toEqual(['pagedown']);
  expect(keyNames('', { ...none, end: true })).toEqual(['end']);
  expect(keyNames('', { ...none, home: true })).toEqual(['home']);
  expect(keyNames('c', { ...none, ctrl: true })).toEqual(['q']);
  expect(keyNames('a', { ...none, ctrl: true })).toEqual([]);
  expect(keyNames('', { ...none, escape: true })).toEqual(['escape']);
});
