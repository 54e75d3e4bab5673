import { columnsOf } from '../case/schema.js';

/** Columns of `flows` that a capture does not tell. */
const UNKNOWN_FLOW_COLUMNS = ['local_orig', 'local_resp', 'source_state'];

/** Columns that the dissectors fill. */
const RECORD_FIELDS: Readonly<Record<string, readonly string[]>> = {};

/** Fields that captures can give, as `table.column`. */
export function captureFields(): string[] {
  const flows = columnsOf('flows')
    .map((c) => c.name)
    .filter((name) => !UNKNOWN_FLOW_COLUMNS.includes(name));
  return [
    ...flows.map((name) => `flows.${name}`),
    ...Object.entries(RECORD_FIELDS).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`)),
  ];
}
