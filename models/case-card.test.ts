import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { lit } from '../ingest/case/sql.js';
import { testCase } from '../test/support/test-case.js';
import { keepCard, modelCard } from './case-card.js';
import { kindNames, shippedModel } from './registry.js';

test('a case gives the card of a model that scored it, and none that is not the one', async () => {
  const kase = await testCase({
    'conn.log': '{"ts":1588207244.5,"uid":"C1","conn_state":"SF","id.orig_h":"10.0.0.5"}\n',
  });
  const { db } = kase.store;
  try {
    for (const name of kindNames()) {
      const model = shippedModel(name);
      if (!model) continue;
      expect(await modelCard(db, name)).toBe(undefined);
      await db.run(`INSERT INTO models_used VALUES (${lit(name)}, 'shipped', ${lit(model.sha256)}, .5)`);
      expect(await modelCard(db, name)).toBe(undefined);
      await keepCard(db, name, model);
      await keepCard(db, name, model);
      expect(await modelCard(db, name)).toEqual(model.card);
    }
    await db.run("INSERT INTO provenance VALUES ('model_card.other', '{')");
    const hash = createHash('sha256').update('{').digest('hex');
    await db.run(`INSERT INTO models_used VALUES ('other', 'own', '${hash}', .5)`);
    expect(await modelCard(db, 'other')).toBe(undefined);
    await db.run("UPDATE provenance SET value = replace(value, 'slipstream', 'other') WHERE key = 'model_card.cc'");
    expect(await modelCard(db, 'cc')).toBe(undefined);
  } finally {
    kase.close();
  }
});
