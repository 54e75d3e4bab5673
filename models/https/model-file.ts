import { z } from 'zod';
import { inputError } from '../../cli/errors.js';
import type { ModelFolder } from '../artifact.js';
import type { Forest } from '../forest/forest.js';
import { featureNames, VARIANTS, type Variant } from './features.js';
import { ENGINES, readLearned } from './learner.js';

/** One variant of a model in `model.json`. */
export interface StoredVariant {
  readonly variant: Variant;
  readonly file: string;
  readonly engine: string;
  /** On the forest's own scale. */
  readonly threshold: number;
}

export interface ReadVariant extends StoredVariant {
  readonly forest: Forest;
}

const schema = z.strictObject({
  format: z.literal('slipstream-https/1'),
  variants: z
    .array(
      z.strictObject({
        variant: z.enum(VARIANTS as [Variant, ...Variant[]]),
        file: z.string(),
        engine: z.enum(ENGINES),
        threshold: z.number().min(0).max(1),
        features: z.array(z.string()),
      }),
    )
    .min(1),
});

export const modelFile = (variants: readonly StoredVariant[]): string =>
  `${JSON.stringify(
    {
      format: 'slipstream-https/1',
      variants: variants.map((v) => ({ ...v, features: featureNames(v.variant) })),
    },
    null,
    2,
  )}\n`;

/**
 * The variants of a model with their forests.
 * @throws CliError when it is damaged or was trained on other features
 */
export function readVariants(folder: ModelFolder): ReadVariant[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(folder.read('model.json')).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw inputError(`${folder.folder}: model.json is not JSON; train the model again`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw inputError(`${folder.folder}: model.json: ${issue.path.join('.')}: ${issue.message}`);
  }
  return result.data.variants.map(({ features, ...v }) => {
    const names = featureNames(v.variant);
    const forest = readLearned(v.engine, folder.read(v.file), names, `${folder.folder}/${v.file}`);
    if (features.join() !== names.join() || forest.names.join() !== names.join()) {
      throw inputError(`${folder.folder}: trained on other features than this version has; train the model again`);
    }
    return { ...v, forest };
  });
}
