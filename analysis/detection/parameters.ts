import { usageError } from '../../cli/errors.js';
import { lit } from '../../ingest/case/sql.js';
import type { ParameterValue } from '../options.js';
import { type Detection, THREAT_LEVELS, type ThreatLevel } from './definition.js';

export interface Parameter {
  readonly value: ParameterValue;
  readonly origin: 'default' | 'configuration';
}

/** Parameters of a detection with where each came from. */
export interface Settings {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly threatLevel: ThreatLevel;
}

/**
 * Defaults and the user's changes.
 * @throws CliError for a parameter that does not exist or has another type
 */
export function settingsOf(
  detection: Detection,
  changes: Readonly<Record<string, ParameterValue>> | undefined,
): Settings {
  const parameters: Record<string, Parameter> = {};
  for (const name of Object.keys(detection.parameters).sort()) {
    parameters[name] = { value: detection.parameters[name]!.default, origin: 'default' };
  }
  let threatLevel: ThreatLevel = detection.threat_level;
  for (const [name, value] of Object.entries(changes ?? {})) {
    if (name === 'threat_level') {
      if (!THREAT_LEVELS.includes(value as ThreatLevel)) {
        throw usageError(`detections.${detection.id}.threat_level: one of ${THREAT_LEVELS.join(', ')}`);
      }
      threatLevel = value as ThreatLevel;
      continue;
    }
    const known = parameters[name];
    if (!known) {
      const names = [...Object.keys(parameters), 'threat_level'].join(', ');
      throw usageError(`detections.${detection.id}.${name}: no such parameter (it has ${names})`);
    }
    if (typeof value !== typeof known.value || Array.isArray(value) !== Array.isArray(known.value)) {
      throw usageError(`detections.${detection.id}.${name}: expected ${describe(known.value)}`);
    }
    parameters[name] = { value, origin: 'configuration' };
  }
  return { parameters, threatLevel };
}

const describe = (value: ParameterValue): string => (Array.isArray(value) ? 'a list' : `a ${typeof value}`);

/**
 * SQL with `$name` replaced by literals. Text in quotes and comments is left alone.
 * @throws CliError for a name that is no parameter
 */
export function renderSql(sql: string, detectionId: string, parameters: Readonly<Record<string, Parameter>>): string {
  return sql.replace(
    /'(?:[^']|'')*'|--[^\n]*|\$([a-z][a-z0-9_]*)/g,
    (match: string, name: string | undefined): string => {
      if (name === undefined) return match;
      const parameter = parameters[name];
      if (!parameter) throw usageError(`detection ${detectionId}: $${name} is not among its parameters`);
      return literal(parameter.value);
    },
  );
}

function literal(value: ParameterValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : `${value}::DOUBLE`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return lit(value);
  return `[${value.map((v) => literal(v)).join(', ')}]`;
}
