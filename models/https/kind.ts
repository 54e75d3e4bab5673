import type { ModelKind } from '../kind.js';
import { featuresOf } from './features.js';
import { labelledRows } from './labelled-rows.js';
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
  features: async (data) => {
    const { columns, labels, groups } = await labelledRows(data);
    return {
      unit: 'flow',
      features: featuresOf('tls').map(([name, description]) => ({ name, description })),
      columns,
      labels,
      groups,
      groupNames: data.groups.map((g) => g.name),
    };
  },
  train,
  load: async (folder) => new HttpsModel(folder, readVariants(folder)),
};
