import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';

/** A path under `test/fixtures`. */
export const fixture = (...parts: string[]): string => join(packageRoot, 'test', 'fixtures', ...parts);

/** Networks of the office in the fixtures. */
export const OFFICE = '192.168.50.0/24,2001:db8:50::/48';
