import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lit } from '../case/sql.js';
import type { LoadContext } from '../reader.js';
import { KNOWN_TYPES } from './columns.js';
import { sql } from './sql-files.js';
import type { Staged } from './stage.js';

const PAGE = 50_000;

/** Keeps events of other types whole: their lines are copied beside the case and read as JSON. */
export async function loadOtherEvents(
  context: LoadContext,
  staged: Staged,
  values: Readonly<Record<string, string | number | bigint>>,
): Promise<void> {
  const { db } = context.store;
  const path = join(context.store.tempDir, `other-${context.captureId}`);
  const out = openSync(path, 'w');
  const lines = staged.lines();
  let longest = 16_000_000;
  try {
    for (let from = 0; ; ) {
      const rows = await db.all<{ line: string }>(
        `SELECT rowid - ${staged.first} + 1 AS line FROM eve
         WHERE event_type NOT IN (${KNOWN_TYPES}) AND rowid - ${staged.first} + 1 > ${from} ORDER BY rowid LIMIT ${PAGE}`,
      );
      let text = '';
      for (const row of rows) {
        from = Number(row.line);
        const record = lines.pick(from)?.text ?? 'null';
        longest = Math.max(longest, record.length * 4 + 100);
        text += `{"line":${from},"record":${record}}\n`;
        if (text.length > 1_000_000) {
          writeSync(out, text);
          text = '';
        }
      }
      writeSync(out, text);
      if (rows.length < PAGE) break;
    }
    await db.run(sql('other', { ...values, first: staged.first, lines: lit(path), size: longest, known: KNOWN_TYPES }));
  } finally {
    lines.close();
    closeSync(out);
    rmSync(path, { force: true });
  }
}
