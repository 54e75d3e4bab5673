import { detectionsPage } from './detections.js';
import { licencesPage } from './licences.js';
import { tablesPage } from './tables.js';

/** Pages of `docs/` that are made, by file name. */
export const pages: Readonly<Record<string, () => string>> = {
  'detections.md': detectionsPage,
  'licences.md': licencesPage,
  'tables.md': tablesPage,
};
