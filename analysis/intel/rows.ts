import { lit } from '../../ingest/case/sql.js';
import type { FeedDefinition } from './definition.js';

/** Zeek's types of indicator. */
const ZEEK_TYPES: Readonly<Record<string, string>> = {
  'Intel::ADDR': 'ip',
  'Intel::SUBNET': 'cidr',
  'Intel::DOMAIN': 'domain',
  'Intel::URL': 'url',
  'Intel::FILE_HASH': 'file',
  'Intel::CERT_HASH': 'certificate',
  'Intel::JA3': 'ja3',
};

/** A feed file that its format refuses as a whole. */
export class FeedError extends Error {
  override readonly name = 'FeedError';
}

/** How the lines of a text feed become rows, and how many lines come before them. */
export interface TextRows {
  readonly skip: number;
  /** SQL of `intel_rows` over `intel_lines(line)`. */
  readonly sql: string;
}

/**
 * Reads the beginning of a text feed and says how its lines become rows.
 * @param head first lines of the file
 * @throws FeedError when the header is not what the definition says
 */
export function textRows(definition: FeedDefinition, head: readonly string[]): TextRows {
  const data = `WHERE trim(line) <> '' AND NOT (${definition.comments.map((c) => `starts_with(ltrim(line), ${lit(c)})`).join(' OR ')})`;
  if (definition.format === 'zeek' || head.some((l) => l.startsWith('#fields\t'))) return zeekRows(head, data);
  if (definition.format === 'csv') return csvRows(definition, head, data);
  if (definition.format === 'lines') {
    return { skip: 0, sql: lineSql(definition.field === 1 ? FIRST : `line_word(line, ${definition.field})`, data) };
  }
  const separator = likelySeparator(head);
  return { skip: 0, sql: separator === undefined ? lineSql(FIRST, data) : anyCellSql(separator, data) };
}

/** The first word, or a range of addresses with blanks in it. */
const FIRST =
  "CASE WHEN contains(line, ' - ') THEN coalesce(nullif(regexp_extract(line, '^\\s*([0-9.]+ - [0-9.]+)', 1), ''), line_word(line, 1)) ELSE line_word(line, 1) END";

/** One word; what a line says after a comment sign is its description. */
const lineSql = (word: string, where: string): string => `
  SELECT ${word} AS indicator, NULL::VARCHAR AS said, NULL::VARCHAR AS level,
    CASE WHEN regexp_matches(line, '\\s[#;]') THEN nullif(left(trim(regexp_extract(line, '\\s[#;]+\\s*(.*)$', 1)), 400), '') END AS description,
    NULL::VARCHAR AS reason
  FROM intel_lines ${where}`;

/** Without a definition: the first cell that is an indicator, the first that is a level, the last of the others. */
const anyCellSql = (separator: string, where: string): string => `
  SELECT indicator, NULL::VARCHAR AS said, list_filter(cells, lambda c: level_rank(lower(c)) IS NOT NULL)[1] AS level,
    left(list_filter(cells, lambda c: intel_shape(c) IS NULL AND level_rank(lower(c)) IS NULL AND regexp_matches(c, '[A-Za-z]'))[-1], 400) AS description,
    NULL::VARCHAR AS reason
  FROM (
    SELECT cells, coalesce(list_filter(cells, lambda c: intel_shape(c) IS NOT NULL)[1], cells[1]) AS indicator
    FROM (SELECT list_filter(list_transform(csv_cells(line, ${lit(separator)}), lambda c: csv_text(c)), lambda c: c IS NOT NULL) AS cells FROM intel_lines ${where})
  )`;

function zeekRows(head: readonly string[], where: string): TextRows {
  const at = head.findIndex((l) => l.startsWith('#fields\t'));
  if (at < 0) throw new FeedError('no #fields line: not a Zeek intelligence file');
  const names = head[at]!.trimEnd().split('\t').slice(1);
  const cell = (name: string): string => {
    const n = names.indexOf(name);
    return n < 0 ? 'NULL::VARCHAR' : `nullif(nullif(trim(cells[${n + 1}]), ''), '-')`;
  };
  if (!names.includes('indicator') || !names.includes('indicator_type')) {
    throw new FeedError('its #fields line has no indicator and indicator_type');
  }
  const type = cell('indicator_type');
  const cases = Object.entries(ZEEK_TYPES).map(([zeek, kind]) => `WHEN ${lit(zeek)} THEN ${lit(kind)}`);
  return {
    skip: at + 1,
    sql: `
  SELECT ${cell('indicator')} AS indicator, CASE ${type} ${cases.join(' ')} ELSE ${type} END AS said, NULL::VARCHAR AS level,
    left(coalesce(${cell('meta.desc')}, ${cell('meta.source')}), 400) AS description, NULL::VARCHAR AS reason
  FROM (SELECT string_split(line, chr(9)) AS cells FROM intel_lines ${where})`,
  };
}

function csvRows(d: FeedDefinition, head: readonly string[], where: string): TextRows {
  const isComment = (l: string): boolean => d.comments.some((c) => l.trimStart().startsWith(c));
  const firstData = head.findIndex((l) => l.trim() !== '' && !isComment(l));
  const cellsOf = (l: string): string[] =>
    [...`${d.separator}${l}`.matchAll(new RegExp(`[${d.separator}] *("(?:[^"]|"")*"|[^${d.separator}]*)`, 'g'))].map(
      (m) =>
        m[1]!
          .trim()
          .replace(/^"(.*)"$/, '$1')
          .replaceAll('""', '"')
          .trim()
          .toLowerCase(),
    );
  const { names, skip } = header(d, head, cellsOf, firstData);
  const cell = (column: string | number | undefined): string => {
    if (column === undefined) return 'NULL::VARCHAR';
    const n = typeof column === 'number' ? column : names.indexOf(column.toLowerCase()) + 1;
    if (n === 0) throw new FeedError(`no column ${column} (it has ${names.slice(0, 30).join(', ') || 'no header'})`);
    return `csv_text(cells[${n}])`;
  };
  const columns = d.columns ?? { indicator: 1 };
  return {
    skip,
    sql: `
  SELECT ${cell(columns.indicator)} AS indicator, ${words(cell(columns.kind), d.kind_words)} AS said,
    ${words(cell(columns.threat_level), d.level_words)} AS level, left(${cell(columns.description)}, 400) AS description, NULL::VARCHAR AS reason
  FROM (SELECT csv_cells(line, ${lit(d.separator)}) AS cells FROM intel_lines ${where})`,
  };
}

/** Names of the columns, and the lines before the first row. */
function header(
  d: FeedDefinition,
  head: readonly string[],
  cellsOf: (line: string) => string[],
  firstData: number,
): { names: readonly string[]; skip: number } {
  const wanted = typeof d.columns?.indicator === 'string' ? d.columns.indicator.toLowerCase() : undefined;
  if (d.header === 'comment' || d.header === 'either') {
    const comments = head
      .slice(0, firstData < 0 ? head.length : firstData)
      .map((l) => cellsOf(l.replace(/^\s*(#+|;|\/\/)\s*/, '')));
    const names = comments.reverse().find((c) => wanted !== undefined && c.includes(wanted));
    if (names) return { names, skip: 0 };
    if (d.header === 'comment') throw new FeedError(`no comment line names the column ${wanted}`);
  }
  if (d.header === 'none') return { names: [], skip: 0 };
  if (firstData < 0) throw new FeedError('no header line');
  return { names: cellsOf(head[firstData]!), skip: firstData + 1 };
}

/** A word of the feed in this project's words. */
export const words = (sql: string, map: Readonly<Record<string, string>>): string =>
  Object.keys(map).length === 0
    ? sql
    : `CASE ${sql} ${Object.entries(map)
        .map(([from, to]) => `WHEN ${lit(from)} THEN ${lit(to)}`)
        .join(' ')} ELSE ${sql} END`;

function likelySeparator(head: readonly string[]): string | undefined {
  const lines = head.filter((l) => l.trim() !== '' && !/^\s*(#|;|\/\/)/.test(l)).slice(0, 50);
  return [',', '\t', ';', '|'].find(
    (s) => lines.length > 0 && lines.filter((l) => l.includes(s)).length * 2 > lines.length,
  );
}

/** STIX paths and MISP types of attributes in this project's kinds. */
const MISP_TYPES: Readonly<Record<string, string>> = {
  'ip-src': 'ip',
  'ip-dst': 'ip',
  ip: 'ip',
  domain: 'domain',
  hostname: 'domain',
  url: 'url',
  uri: 'url',
  link: 'url',
  AS: 'asn',
  md5: 'file',
  sha1: 'file',
  sha256: 'file',
  'x509-fingerprint-sha1': 'certificate',
  'x509-fingerprint-sha256': 'certificate',
  'ja3-fingerprint-md5': 'ja3',
  'ja3s-fingerprint-md5': 'ja3s',
  'ja4-fingerprint': 'ja4',
};

export const mispKind = (sql: string): string => words(sql, MISP_TYPES);

/** Records of JSON by their columns. */
export function recordSql(d: FeedDefinition): string {
  const columns = d.columns!;
  const cell = (column: string | number | undefined): string => {
    if (column === undefined) return 'NULL::VARCHAR';
    const path =
      typeof column === 'number' ? `$[${column - 1}]` : column.startsWith('$') ? column : `$.${JSON.stringify(column)}`;
    return `nullif(trim(record->>${lit(path)}), '')`;
  };
  const list = d.records;
  const records =
    list === undefined
      ? 'SELECT json AS record FROM intel_json'
      : `SELECT unnest(json->${lit(list)}) AS record FROM intel_json`;
  return `
  SELECT ${cell(columns.indicator)} AS indicator, ${words(cell(columns.kind), d.kind_words)} AS said,
    ${words(cell(columns.threat_level), d.level_words)} AS level, left(${cell(columns.description)}, 400) AS description, NULL::VARCHAR AS reason
  FROM (${records})`;
}
