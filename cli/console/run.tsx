import { render } from 'ink';
import type { Detection } from '../../analysis/detection/definition.js';
import type { CaseStore } from '../../ingest/case/case-store.js';
import { App } from './app.js';
import { CaseConsole } from './console.js';
import { painter, wantsColour } from './paint.js';

/**
 * Shows a case until the user leaves. The alternate screen keeps what the terminal showed before; it comes back however
 * the console ends.
 */
export async function runConsole(store: CaseStore, detections: readonly Detection[]): Promise<void> {
  let leave: () => void = () => undefined;
  const state = new CaseConsole(store.db, {
    detections,
    copy: (text) => process.stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    quit: () => leave(),
  });
  const back = (): void => void process.stdout.write('\x1b[?1049l\x1b[?25h');
  process.stdout.write('\x1b[?1049h\x1b[H');
  process.once('exit', back);
  try {
    const app = render(<App state={state} paint={painter(wantsColour(process.env))} />, {
      exitOnCtrlC: false,
      patchConsole: false,
    });
    leave = () => app.unmount();
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
    await state.start();
    state.onChange();
    await app.waitUntilExit();
  } finally {
    process.off('exit', back);
    back();
  }
}
