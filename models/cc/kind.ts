import { inputError } from '../../cli/errors.js';
import type { ModelFolder } from '../artifact.js';
import { readForest } from '../forest/forest.js';
import type { LabelledData, Model, ModelKind, Scored } from '../kind.js';
import { fromLayersModel } from '../recurrent/layers-model.js';
import { Network } from '../recurrent/network.js';
import { VOCABULARY } from './alphabet.js';
import { labelledChannels } from './channels.js';
import { SHORTEST, statisticsOf } from './fit.js';
import { isLettersFile } from './letters-file.js';
import { OpinionScorer, type Opinions } from './opinions.js';
import { scoreLetters } from './score-case.js';
import { STATISTICS } from './statistics.js';
import { trainCc } from './train.js';

/** Channels to a command and control server, by the letters of their flows. */
export const kind: ModelKind = {
  name: 'cc',
  detection: 'cc-channel',
  description: 'C&C channels by behavioural letters: a recurrent network and a forest on statistics of the letters',
  engines: ['native', 'tfjs'],
  readsFile: isLettersFile,
  features: async (data) => {
    const { channels, groups } = await labelledChannels(data, SHORTEST);
    return {
      unit: 'channel',
      features: STATISTICS,
      columns: statisticsOf(channels),
      labels: Uint8Array.from(channels, (c) => c.label),
      groups: Int32Array.from(channels, (c) => c.group),
      groupNames: groups,
    };
  },
  train: trainCc,
  load: async (folder) => new CcModel(folder),
};

class CcModel implements Model {
  readonly folder: ModelFolder;
  readonly #scorer: OpinionScorer;

  constructor(folder: ModelFolder) {
    this.folder = folder;
    this.#scorer = new OpinionScorer(opinionsOf(folder));
  }

  async score(data: LabelledData): Promise<Scored> {
    const { channels } = await labelledChannels(data, SHORTEST);
    return {
      scores: this.#scorer.score(channels.map((c) => c.codes)).both,
      labels: Uint8Array.from(channels, (c) => c.label),
      groups: Int32Array.from(channels, (c) => c.group),
      unit: 'channel',
    };
  }

  scoreCase(...[store]: Parameters<Model['scoreCase']>): Promise<void> {
    return scoreLetters(store.db, this.#scorer, this.folder.card.threshold);
  }
}

/** @throws CliError when a file is none of such a model */
export function opinionsOf(folder: ModelFolder): Opinions {
  const json = Buffer.from(folder.read('model.json')).toString('utf8');
  const parameters = fromLayersModel(json, folder.read('weights.bin'), folder.folder);
  const forest = readForest(folder.read('forest.bin'), folder.folder);
  if (parameters.shape.vocabulary !== VOCABULARY || forest.names.join() !== STATISTICS.map((s) => s.name).join()) {
    throw inputError(`${folder.folder}: made for other letters or statistics than this version has; train it again`);
  }
  return { network: new Network(parameters), forest };
}
