/** A string as an SQL literal. */
export const lit = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A name as a quoted SQL identifier. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `NULL` or a literal. */
export const litOrNull = (value: string | null | undefined): string =>
  value === null || value === undefined ? 'NULL' : lit(value);
