import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.ts';

/** `npm test` runs all but the acceptance tests, which need real captures beside the checkout (`npm run acceptance`). */
const acceptance = process.env.SLIPSTREAM_ACCEPTANCE === '1';

export default defineConfig({
  test: {
    include: acceptance ? ['test/acceptance/**/*.test.ts'] : ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['dist/**', '**/node_modules/**', ...(acceptance ? [] : ['test/acceptance/**'])],
    globalSetup: ['./test/global-setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    env: { TZ: 'UTC' },
    testTimeout: acceptance ? 300_000 : 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
  },
});
