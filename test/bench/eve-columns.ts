import { type EveColumn, eveColumns } from '../../ingest/suricata/columns.js';
import { CONTENTS } from '../../ingest/suricata/contents.js';

/**
 * The columns that the reader fills, each object as the struct of the members that become columns: what somebody who
 * wants the same values would write by hand.
 */
export const unionOfFilledColumns: readonly EveColumn[] = eveColumns([], true).map((column) => {
  const content = CONTENTS[column.name];
  return content ? ({ name: column.name, type: structOf(content.shape) } as EveColumn) : column;
});

/** A `from_json` structure as columns; lists and maps by their SQL type. */
function structOf(shape: unknown): EveColumn[] {
  return Object.entries(shape as Record<string, unknown>).map(([name, type]) => {
    if (typeof type === 'string') return { name, type } as EveColumn;
    if (!Array.isArray(type)) return { name, type: structOf(type) };
    const inner: unknown = type[0];
    const text = typeof inner === 'string' ? `${inner}[]` : `STRUCT(${members(inner)})[]`;
    return { name, type: text as EveColumn['type'] } as EveColumn;
  });
}

function members(shape: unknown): string {
  return Object.entries(shape as Record<string, unknown>)
    .map(([name, type]) => `"${name}" ${typeof type === 'string' ? type : `STRUCT(${members(type)})`}`)
    .join(', ');
}
