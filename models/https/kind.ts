import type { ModelKind } from '../kind.js';
import { ENGINES } from './learner.js';
import { HttpsModel } from './model.js';
import { readVariants } from './model-file.js';
import { train } from './train.js';

/** Malicious TLS flows by a random forest. */
export const kind: ModelKind = {
  name: 'https',
  detection: 'malicious-https-flow',
  description: 'malicious TLS flows, by a random forest on sizes, timing, handshake and certificate',
  engines: ENGINES,
  train,
  load: async (folder) => new HttpsModel(folder, readVariants(folder)),
};
