import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_INSTALL, findChromium } from '../../cli/clone-programs.js';

/**
 * A headless Chromium that talks to no one on its own.
 * @throws with the command that installs it
 */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`no Chromium here; install it with: ${CHROMIUM_INSTALL}`);
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
