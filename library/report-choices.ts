/** What a report shows of a case. */
export interface ReportChoices {
  /** Heading; default `Network traffic report`. */
  readonly title?: string | undefined;
  /** Label of the Traffic Light Protocol 2.0: `red`, `amber+strict`, `amber`, `green`, `clear`. */
  readonly tlp?: string | undefined;
  /** Remarks in Markdown, shown after the verdict; HTML in them is shown as text. */
  readonly notes?: string | undefined;
  /** Only findings of, by or against this address. */
  readonly host?: string | undefined;
  /** Only findings from this time on (UTC): `2026-03-02`, `2026-03-02T08:30:00Z`. */
  readonly since?: string | undefined;
  /** Only findings before this time (UTC). */
  readonly until?: string | undefined;
}
