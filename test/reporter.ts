import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

const said = (error: unknown): string => {
  const text = error && typeof error === 'object' && 'message' in error ? String(error.message) : String(error);
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, 600);
};

/** Prints failed tests with their messages, skipped ones with their reasons and, as the very last line, `N passed, N failed, N skipped`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const skipped: string[] = [];
    const broken = errors.map((error) => `failed: ${said(error)}`);
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) {
        failed++;
        broken.push(`failed: ${module.relativeModuleId}: ${module.errors().map(said).join('; ')}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        else if (result.state === 'failed') {
          failed++;
          broken.push(`failed: ${module.relativeModuleId}: ${test.fullName}: ${result.errors.map(said).join('; ')}`);
        } else
          skipped.push(
            `skipped: ${test.fullName}${result.state === 'skipped' && result.note ? ` (${result.note})` : ''}`,
          );
      }
    }
    const closing = `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
    process.once('exit', () => {
      for (const line of [...broken, ...skipped]) process.stdout.write(`${line}\n`);
      process.stdout.write(`${closing}\n`);
    });
  }
}
