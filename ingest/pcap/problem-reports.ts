import type { LoadContext } from '../reader.js';
import type { Problem, ProblemKind } from './read/problems.js';

/** What a problem means for the user; `lost`: packets could not be read because of it. */
const TEXTS: Readonly<Record<ProblemKind, { text: string; lost: boolean }>> = {
  'file-cut': { text: 'the file ends inside a record', lost: true },
  'record-too-large': { text: 'a record claims more bytes than a packet can have', lost: true },
  'caplen-exceeds-length': { text: 'more bytes captured than the packet had on the wire', lost: false },
  'empty-record': { text: 'a record without bytes', lost: false },
  'bad-block-length': { text: 'a block with a wrong length', lost: true },
  'bad-block': { text: 'a block that cannot be read', lost: true },
  'unknown-interface': { text: 'a packet of an interface that the file does not describe', lost: true },
  'unsupported-linktype': { text: 'packets of a link type that is not supported', lost: true },
  'compressed-data-cut': { text: 'the compressed data is cut', lost: true },
  'compressed-data-bad': { text: 'the compressed data is damaged', lost: true },
  'no-time': { text: 'a packet without a time that can be used; it counts as of 1970', lost: false },
  'bad-fraction': { text: 'a time with more than a second of fractions', lost: false },
  'time-steps-back': { text: 'time steps back by more than a minute', lost: false },
  'second-header': { text: 'a second capture is appended to the first', lost: true },
};

/** What was wrong inside the file: a warning per kind, and rejects where packets were lost. */
export function reportProblems(context: LoadContext, problems: readonly Problem[]): void {
  for (const { kind, count, places } of problems) {
    const { text, lost } = TEXTS[kind];
    const first = places[0]!;
    const detail = first.detail === undefined ? '' : ` (${first.detail})`;
    context.warn(
      count === 1
        ? `offset ${first.offset}: ${text}${detail}`
        : `${count} times, first at offset ${first.offset}: ${text}${detail}`,
    );
    if (!lost) continue;
    for (const place of places) {
      context.reject({
        place: `offset ${place.offset}`,
        reason: place.detail === undefined ? text : `${text}: ${place.detail}`,
      });
    }
    if (count > places.length) context.reject({ place: 'file', reason: `${count - places.length} more: ${text}` });
  }
}
