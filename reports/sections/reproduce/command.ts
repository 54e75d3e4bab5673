/** A word of a POSIX shell command. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const UNITS = [
  [604_800_000_000, 'w'],
  [86_400_000_000, 'd'],
  [3_600_000_000, 'h'],
  [60_000_000, 'm'],
  [1_000_000, 's'],
] as const;

/** A window width as `--window` takes it. */
export function windowWidth(value: unknown): string | null {
  if (value === 'one') return 'one';
  if (typeof value !== 'number' || !(value > 0)) return null;
  const unit = UNITS.find(([us]) => value % us === 0);
  return unit ? `${(value / unit[0]).toFixed(0)}${unit[1]}` : `${(value / 1e6).toFixed(6).replace(/\.?0+$/, '')}s`;
}

/** Options of the analysis that a command line can hold, from the configuration of the case; defaults are left out. */
export function analysisFlags(configuration: Readonly<Record<string, unknown>>): string[] {
  const flags: string[] = [];
  const list = (name: string, value: unknown): void => {
    if (Array.isArray(value) && value.length > 0) flags.push(name, word(value.map(String).join(',')));
  };
  const width = windowWidth(configuration.window);
  if (width !== null && width !== '1h') flags.push('--window', width);
  if (configuration.windowOrigin === 'first') flags.push('--window-origin', 'first');
  list('--home-net', configuration.homeNet);
  if (configuration.direction === 'all') flags.push('--direction', 'all');
  list('--modules', configuration.modules);
  list('--disable', configuration.disable);
  return flags;
}

/** True when a file is needed to say it: changed parameters, thresholds, rules of one's own. */
export function needsFile(configuration: Readonly<Record<string, unknown>>): boolean {
  const filled = (value: unknown): boolean =>
    value !== null && typeof value === 'object' && Object.keys(value as object).length > 0;
  return (
    filled(configuration.parameters) ||
    filled(configuration.whitelist) ||
    (typeof configuration.detectionPaths === 'number' && configuration.detectionPaths > 0) ||
    (configuration.scoring !== undefined && configuration.scoring !== 'default') ||
    (configuration.evidenceThreshold !== undefined && configuration.evidenceThreshold !== 0.85)
  );
}
