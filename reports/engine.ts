import Handlebars from 'handlebars';
import { byteSize, counted, grouped, score, span } from './format/numbers.js';
import { between, clock, dateTime, day } from './format/time.js';

const UNKNOWN = 'not known';

/** Text with `names in backticks` as code. */
function prose(value: unknown): Handlebars.SafeString {
  const parts = known(value, (v) => v).split('`');
  const html = parts.map((part, i) => {
    const text = Handlebars.escapeExpression(part);
    if (i % 2 === 0) return text;
    return i === parts.length - 1 ? `\`${text}` : `<code>${text}</code>`;
  });
  return new Handlebars.SafeString(html.join(''));
}

/** A helper's argument as text, or the words for NULL. */
const known = (value: unknown, show: (text: string) => string): string =>
  value === null || value === undefined || value === '' ? UNKNOWN : show(String(value));

const helpers: Record<string, (...args: unknown[]) => unknown> = {
  prose,
  known: (value) => known(value, (v) => v),
  num: (value) => known(value, (v) => grouped(Number(v))),
  bytes: (value) => known(value, (v) => byteSize(Number(v))),
  score: (value) => known(value, (v) => score(Number(v))),
  span: (value) => known(value, (v) => span(Number(v))),
  time: (value) => known(value, dateTime),
  clock: (value) => known(value, clock),
  date: (value) => known(value, day),
  between: (from, to) => (from === null || to === null ? UNKNOWN : between(String(from), String(to))),
  count: (n, one, many) => counted(Number(n), String(one), typeof many === 'string' ? many : undefined),
  isKnown: (value) => value !== null && value !== undefined,
  positive: (value) => Number(value) > 0,
  is: (a, b) => a === b,
};

/**
 * Templates of the report: escaping always, a name that the data lacks is an error, only our own helpers.
 * Text goes through `showable` before it comes here.
 */
export class TemplateEngine {
  readonly #handlebars = Handlebars.create();

  constructor(partials: Readonly<Record<string, string>>) {
    for (const [name, helper] of Object.entries(helpers)) this.#handlebars.registerHelper(name, helper);
    for (const [name, text] of Object.entries(partials)) this.#handlebars.registerPartial(name, this.#compile(text));
  }

  /** Fills a template. */
  fill(template: string, data: Readonly<Record<string, unknown>>): string {
    return this.#compile(template)(data);
  }

  #compile(template: string): Handlebars.TemplateDelegate {
    return this.#handlebars.compile(template, {
      strict: true,
      knownHelpersOnly: true,
      knownHelpers: Object.fromEntries(Object.keys(helpers).map((h) => [h, true])),
    });
  }
}
