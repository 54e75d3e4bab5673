import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes begin first: on a fresh machine vitest does not know them, and one left for the end runs alone. */
const SLOW = ['analysis/detections/detections', 'test/e2e/live', 'test/e2e/options', 'docs/docs', 'test/e2e/verify'];

const rank = ({ moduleId }: TestSpecification): number => {
  const found = SLOW.findIndex((name) => moduleId.includes(name));
  return found < 0 ? SLOW.length : found;
};

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
