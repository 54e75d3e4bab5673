/** `npm run docs`: writes the made pages of `docs/`. */
import { writeFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import { pages } from './pages.js';

for (const [name, page] of Object.entries(pages)) writeFileSync(asset('docs', name), page());
