import { createElement } from 'react';
import type { Detection } from '../../analysis/detection/definition.js';
import type { CaseSource } from './case-source.js';
import { CaseConsole } from './console.js';
import { painter, wantsColour } from './paint.js';
import { ENTER, LEAVE, PaintedScreen } from './painted.js';

/** How often a running capture is asked for a newer state, milliseconds. */
const LOOK_EVERY = 1000;

/**
 * Shows a case until the user leaves. The alternate screen keeps what the terminal showed before; it comes back however
 * the console ends.
 * @param tidy called when something has been read
 * @returns false when the terminal has gone away meanwhile
 */
export async function runConsole(
  source: CaseSource,
  detections: () => readonly Detection[],
  tidy: () => void,
): Promise<boolean> {
  const { stdin, stdout } = process;
  let left = false;
  let gone = false;
  let leave: () => void = () => undefined;
  const quit = (): void => {
    left = true;
    leave();
  };
  const hangUp = (): void => {
    gone = true;
    quit();
  };
  const state = new CaseConsole(await source.open(), {
    detections,
    copy: (text) => stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    quit,
    tidy,
  });
  state.live = source.live;
  // The first query runs while ink is loaded.
  const started = state.start();
  const [{ render }, { App }] = await Promise.all([import('ink'), import('./app.js')]);

  const screen = new PaintedScreen(stdout);
  const back = (): void => {
    screen.silence();
    if (!gone) stdout.write(LEAVE);
  };
  stdout.write(ENTER);
  process.once('exit', back);
  process.on('SIGTERM', quit).on('SIGHUP', hangUp);
  stdin.on('error', hangUp).on('end', hangUp);
  const look = setInterval(() => {
    if (state.live !== source.live) {
      state.live = source.live;
      state.onChange();
    }
    if (!left && source.changed) void state.exchange(() => source.open());
  }, LOOK_EVERY);
  try {
    const paint = painter(wantsColour(process.env));
    // `debug`: ink writes at once and nothing of its own, also where CI is set.
    const app = render(createElement(App, { state, paint, draw: (lines) => screen.draw(lines) }), {
      stdout: screen.stream(),
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    const ended = app.waitUntilExit();
    leave = () => {
      screen.silence();
      app.unmount();
    };
    if (left) leave();
    await Promise.race([started, ended]);
    state.onChange();
    await ended;
  } finally {
    clearInterval(look);
    process.off('exit', back).off('SIGTERM', quit).off('SIGHUP', hangUp);
    back();
    await state.stop();
  }
  return !gone;
}
