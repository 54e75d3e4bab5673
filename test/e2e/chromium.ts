import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A headless Chromium that talks to no one on its own.
 * @throws with the command that installs it
 */
export function launchChromium(): Promise<Browser> {
  const executablePath = PLACES.find((p) => p !== '' && existsSync(p));
  if (!executablePath) throw new Error('no Chromium here; install it with: sudo apt-get install -y chromium');
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
