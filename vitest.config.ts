import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['dist/**', 'node_modules/**'],
    env: { TZ: 'UTC' },
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
