import type { Random } from '../random.js';
import { ALPHABET, VOCABULARY } from './alphabet.js';

const PERIODS = ['123456789', 'abcdefghi', 'ABCDEFGHI', 'rstuvwxyz', 'RSTUVWXYZ'] as const;
const TIMES = '.,+*0';
/** Columns that `startEmbedding` fills. */
export const MEANINGS = 5 + 2 + 2 + 6;

/**
 * Where training begins: letters that mean nearly the same lie together. Columns: periodicity (5), size, duration as
 * steps, time passed and hours of silence; a little noise on all.
 * @returns vocabulary × width, row 0 (padding) is 0
 */
export function startEmbedding(width: number, random: Random): Float64Array {
  const out = new Float64Array(VOCABULARY * width);
  for (let v = 1; v < VOCABULARY; v++) {
    const char = ALPHABET[v - 1]!;
    const row = new Float64Array(Math.max(width, MEANINGS));
    const period = PERIODS.findIndex((p) => p.includes(char));
    if (period >= 0) {
      const kind = PERIODS[period]!.indexOf(char);
      row[period] = 1;
      row[5] = Math.floor(kind / 3) - 1;
      row[6] = kind % 3 === 0 ? 1 : 0;
      row[7] = (kind % 3) - 1;
      row[8] = kind >= 6 ? 1 : 0;
    } else {
      row[9] = 1;
      row[10 + TIMES.indexOf(char)] = 1;
    }
    for (let k = 0; k < width; k++) out[v * width + k] = row[k]! + 0.2 * (random.unit() - 0.5);
  }
  return out;
}
