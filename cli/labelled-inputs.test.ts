import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { marksOf, withLabelledInputs } from './labelled-inputs.js';

/** The marks of `train https WORDS`. */
async function marks(...words: string[]): Promise<ReturnType<typeof marksOf>> {
  let out: ReturnType<typeof marksOf> = [];
  const program = new Command();
  withLabelledInputs(
    program.command('train').argument('<kind>').argument('[input...]').option('-o, --output <dir>'),
  ).action((_kind: string, inputs: string[], _flags, command: Command) => {
    out = marksOf(command, inputs);
  });
  await program.parseAsync(['train', 'https', ...words], { from: 'user' });
  return out;
}

describe('--label and --family', () => {
  test('are about the inputs after them', async () => {
    expect(await marks('a', '--label', 'malicious', 'b', '--family', 'x', 'c', '--label=benign', 'd')).toEqual([
      { label: undefined, family: undefined },
      { label: 'malicious', family: undefined },
      { label: 'malicious', family: 'x' },
      { label: 'benign', family: 'x' },
    ]);
  });

  test('the value of another option is no input', async () => {
    expect(await marks('-o', 'a', '--label', 'benign', 'a')).toEqual([{ label: 'benign', family: undefined }]);
  });
});
