import type { Detection } from '../../analysis/detection/definition.js';
import type { Database, Row } from '../../ingest/case/database.js';
import type { CaseFacts } from '../case-facts.js';
import type { CheckedOptions } from '../options.js';

/** What a section may use. */
export interface SectionContext {
  readonly options: CheckedOptions;
  readonly facts: CaseFacts;
  /** For questions that other folders answer; rows of the report's own come through `rows`. */
  readonly db: Database;
  /** Definitions by id; a detection of the case may be missing here. */
  readonly detections: ReadonlyMap<string, Detection>;
  /** Rows of one of the section's own `.sql` files, or of another section's: `actions/hosts`. */
  rows(file: string, values?: Record<string, number | string>): Promise<Row[]>;
}

/** What a section shows, as JSON: the template and `--json` get the same. */
export type SectionData = Readonly<Record<string, unknown>>;

/** The module of a section folder. Without one, the template gets `{rows}` of `query.sql`. */
export interface SectionModule {
  /** Null: the section has nothing to say and is left out. */
  build(context: SectionContext): Promise<SectionData | null>;
  /** Pictures of the data, for the template only: name to SVG (or other markup that is safe by construction). */
  charts?(data: SectionData, context: SectionContext): Readonly<Record<string, string>>;
}

/** A section folder, read. */
export interface Section {
  readonly name: string;
  readonly order: number;
  readonly title: string;
  /** Shorter title for the contents; null: not listed there. */
  readonly nav: string | null;
  /** The template brings its own heading and landmark. */
  readonly bare: boolean;
  readonly template: string;
  readonly module: SectionModule;
}
