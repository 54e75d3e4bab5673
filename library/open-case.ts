import type { DuckDBValue } from '@duckdb/node-api';
import { loadDetections } from '../analysis/detection/registry.js';
import { type Explanation, explain, findEvidence } from '../analysis/explain/explain.js';
import { hostTimeline } from '../analysis/timeline/timeline.js';
import { CliError } from '../cli/errors.js';
import { knownHost, type TimelineLine, timelineObject, timelineQuestion } from '../cli/host-timeline.js';
import { cutToFile } from '../cli/packets/cut-to-file.js';
import { findCaptures } from '../cli/packets/find-captures.js';
import { wantedPackets } from '../cli/packets/wanted-packets.js';
import { jsonRow } from '../cli/rows.js';
import { CaseStore } from '../ingest/case/case-store.js';
import { lit } from '../ingest/case/sql.js';
import { renderReport, reportData } from '../reports/render.js';
import { type AnalysisChoices, settingsOf } from './options.js';
import type { ReportChoices } from './report-choices.js';

export type { Explanation, TimelineLine };

/** A value of a row: times are text `YYYY-MM-DDTHH:MM:SS.ffffffZ` (UTC), integers beyond 2^53-1 text, lists arrays. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** A row by the names of its columns. */
export type Row = Record<string, Value>;

/** A column of a case's table, with DuckDB's name of its type. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Options of `openCase`. */
export type OpenOptions = Pick<AnalysisChoices, 'threads' | 'memoryLimit' | 'config' | 'detectionPaths'>;

/** Which packets to cut out: those of a finding, or of one flow. */
export interface PacketChoice {
  /** Evidence id. */
  readonly evidence?: string | undefined;
  /** `flow_id` or `uid`. */
  readonly flow?: string | undefined;
  /** Where the captures are now; default: the current folder and that of the case. */
  readonly captures?: string | undefined;
}

/** Which part of a host's story to tell. */
export interface TimelineChoices {
  /** Only this site. Default: all. */
  readonly site?: string | undefined;
  /** From this time on, and before this one: UTC, such as `2026-01-31T12:00:00`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Lines at most, the earliest. Default: all, which are held in memory. */
  readonly limit?: number | undefined;
}

/** A case, open for reading. Several may be open, but one file only once in a process: close it before the next. */
export interface Case {
  readonly path: string;
  /**
   * Rows of one SELECT (DuckDB's SQL), as `query --json` prints them. All rows are held in memory.
   *
   * The SQL cannot read other files or change the case.
   * @param values for `$name` in the SQL
   * @throws SlipstreamError with DuckDB's message
   * @example
   * await c.query('SELECT uid, resp_h FROM flows WHERE orig_h = $host ORDER BY flow_id', { host: '10.0.0.5' })
   */
  query<T = Row>(
    sql: string,
    values?: Readonly<Record<string, string | number | bigint | boolean | null>>,
  ): Promise<T[]>;
  /** Tables and their columns, in order of their names. */
  tables(): Promise<Record<string, Column[]>>;
  /** Why a finding is there: rule, parameters and where they came from, flows (`rows` of them, default 20), arithmetic. */
  explain(evidenceId: string, rows?: number): Promise<Explanation>;
  /**
   * The readable story of a host, one line per activity, in order of time; as `timeline --json` prints it.
   * @param profile address of the host
   * @throws SlipstreamError code 1 when the case has never seen the address, 2 when a choice makes no sense
   * @example
   * for (const { ts, summary } of await c.timeline('10.0.0.5', { limit: 20 })) console.log(ts, summary);
   */
  timeline(profile: string, choices?: TimelineChoices): Promise<TimelineLine[]>;
  /** The report as one HTML page; the same bytes for the same case and options. */
  report(options?: ReportChoices): Promise<string>;
  /** What the report shows, as data: its title, and by name what each section holds. */
  reportData(options?: ReportChoices): Promise<Record<string, unknown>>;
  /** Writes the packets of a finding or a flow into a pcap file. @returns packets written */
  packets(output: string, choice: PacketChoice): Promise<number>;
  /** Closes the file: at once, or when what runs has been stopped. Twice does no harm. */
  close(): Promise<void>;
}

/**
 * Opens a case for reading: a file that `analyze`, `ingest` or `live` made.
 *
 * The file is treated as hostile: it is opened read only, SQL cannot leave it, and a case whose tables are not tables is
 * refused.
 * @throws SlipstreamError code 3 when there is no such case or it is none, 1 when another process writes it or this one has
 *   it open already
 * @example
 * const c = await openCase('out/case.duckdb');
 * try {
 *   console.table(await c.query('SELECT profile, score FROM profiles WHERE alerted ORDER BY score DESC, profile'));
 * } finally {
 *   c.close();
 * }
 */
export async function openCase(path: string, options: OpenOptions = {}): Promise<Case> {
  const settings = settingsOf(options);
  const detections = loadDetections(settings.analysis.detectionPaths);
  const store = await CaseStore.open(path, { mode: 'read', ...settings });
  let closed = false;
  let stories: Promise<unknown> = Promise.resolve();
  const db = () => {
    if (closed) throw new CliError(`${path}: the case was closed`);
    return store.db;
  };
  const query: Case['query'] = async <T>(sql: string, values: Readonly<Record<string, unknown>> = {}) => {
    const given = values as Record<string, DuckDBValue>;
    const result = await db()
      .result(sql, Object.keys(given).length === 0 ? undefined : given)
      .catch((error: Error) => {
        throw new CliError(error.message.split('\n').slice(0, 2).join(' '));
      });
    const names = result.deduplicatedColumnNames();
    return (await result.getRows()).map((row) => jsonRow(names, row)) as T[];
  };
  return {
    path,
    query,
    tables: async () => {
      const columns = await query<{ table_name: string } & Column>(
        `SELECT table_name, column_name AS name, data_type AS type FROM duckdb_columns()
         WHERE database_name = current_database() AND schema_name = ${lit('main')} AND NOT internal
         ORDER BY table_name, column_index`,
      );
      const out: Record<string, Column[]> = {};
      for (const { table_name: table, name, type } of columns) {
        out[table] ??= [];
        out[table].push({ name, type });
      }
      return out;
    },
    explain: async (id, rows = 20) => explain(db(), await findEvidence(db(), id), detections, rows),
    timeline: (profile, choices = {}) => {
      // A question keeps its scope in the connection: the next one waits.
      const told = stories.then(async () => {
        const { limit } = choices;
        if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
          throw new CliError(`limit ${limit}: expected a whole number above 0`, 2);
        const question = timelineQuestion({ ...choices, profile }, limit);
        await knownHost(db(), profile);
        const lines: TimelineLine[] = [];
        await hostTimeline(db(), question, (line) => void lines.push(timelineObject(line)));
        return lines;
      });
      stories = told.catch(() => undefined);
      return told;
    },
    report: async (report = {}) => {
      db();
      return renderReport(store, { ...report, detections });
    },
    reportData: async (report = {}) => {
      db();
      return reportData(store, { ...report, detections });
    },
    packets: async (output, { evidence, flow, captures }) => {
      if ((evidence === undefined) === (flow === undefined)) throw new CliError('evidence or flow: one of them', 2);
      const wanted = await wantedPackets(db(), evidence, flow);
      return cutToFile(wanted, findCaptures(wanted, captures, path), output);
    },
    close: () => {
      closed = true;
      return store.close();
    },
  };
}
