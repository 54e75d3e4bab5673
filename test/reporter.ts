import type { Reporter, TestModule } from 'vitest/node';

/** Prints skipped tests with their reasons and, as the very last line, `N passed, N failed, N skipped`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        else if (result.state === 'failed') failed++;
        else
          skipped.push(
            `skipped: ${test.fullName}${result.state === 'skipped' && result.note ? ` (${result.note})` : ''}`,
          );
      }
    }
    const closing = `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
    process.once('exit', () => {
      for (const line of skipped) process.stdout.write(`${line}\n`);
      process.stdout.write(`${closing}\n`);
    });
  }
}
