import { render } from 'ink';
import type { Detection } from '../../analysis/detection/definition.js';
import type { CaseStore } from '../../ingest/case/case-store.js';
import { App } from './app.js';
import { CaseConsole } from './console.js';
import { painter, wantsColour } from './paint.js';
import { ENTER, LEAVE, PaintedScreen } from './painted.js';

/**
 * Shows a case until the user leaves. The alternate screen keeps what the terminal showed before; it comes back however
 * the console ends.
 * @returns false when the terminal has gone away meanwhile
 */
export async function runConsole(store: CaseStore, detections: readonly Detection[]): Promise<boolean> {
  let leave: () => void = () => undefined;
  const { stdin, stdout } = process;
  const screen = new PaintedScreen(stdout);
  const state = new CaseConsole(store.db, {
    detections,
    copy: (text) => stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    quit: () => leave(),
  });
  let gone = false;
  const hangUp = (): void => {
    gone = true;
    leave();
  };
  const quit = (): void => leave();
  const back = (): void => {
    screen.silence();
    if (!gone) stdout.write(LEAVE);
  };
  stdout.write(ENTER);
  process.once('exit', back);
  process.on('SIGTERM', quit).on('SIGHUP', hangUp);
  stdin.on('error', hangUp).on('end', hangUp);
  try {
    // `debug`: ink gives every frame as it is, also where CI is set, and PaintedScreen puts it on the terminal.
    const app = render(<App state={state} paint={painter(wantsColour(process.env))} />, {
      stdout: screen.stream(),
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    leave = () => {
      screen.silence();
      app.unmount();
    };
    if (gone) leave();
    const ended = app.waitUntilExit();
    await state.start();
    state.onChange();
    await ended;
  } finally {
    process.off('exit', back).off('SIGTERM', quit).off('SIGHUP', hangUp);
    back();
  }
  return !gone;
}
