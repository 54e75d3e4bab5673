import { describe, expect, it } from 'vitest';
import { runCases } from '../detection/cases.js';
import { loadDetections } from '../detection/registry.js';

describe.each(loadDetections().map((d) => [d.id, d] as const))('%s', (_, detection) => {
  it('finds what its cases say', async () => {
    const results = await runCases(detection);
    expect(results.filter((r) => r.problem !== undefined)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(3);
  });
});
