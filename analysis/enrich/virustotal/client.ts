import type { RelatedKind, VtKind } from './answer.js';
import { found, RELATED, relatedSchema, reportSchema, type Score, score, type VtAnswer } from './answer.js';

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** No more questions in this run: the reason is for the user. */
export class VtStop extends Error {
  override readonly name = 'VtStop';
}

/** This one question had no answer. */
export class VtFailure extends Error {
  override readonly name = 'VtFailure';
}

export interface ClientOptions {
  readonly key: string;
  readonly base: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Waits until a question may be asked; throws VtStop when today's are used up. */
  readonly turn: () => Promise<void>;
}

const MAX_BYTES = 16 * 1024 * 1024;
const TRIES = 3;
/** Answers of 429 in a row after which the day's quota must be used up. */
const REFUSALS = 3;
/** Related objects that are looked at. */
const RELATED_LIMIT = 40;

/** API v3 of VirusTotal. The key is sent in a header and nowhere else: redirects are refused, messages do not name it. */
export class VtClient {
  readonly #options: ClientOptions;
  /** Relations that this key may not ask for. */
  readonly #barred = new Set<RelatedKind>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Report of an object; for addresses and domains that somebody calls malicious, with the scores of what belongs to them. */
  async ask(kind: VtKind, subject: string): Promise<VtAnswer> {
    const path = objectPath(kind, subject);
    const report = await this.#get(path);
    if (report === undefined) return { status: 'unknown' };
    const parsed = reportSchema.safeParse(report.body);
    if (!parsed.success) throw new VtFailure('an answer that is no report');
    const answer = found(parsed.data);
    if (answer.malicious === 0 || (kind !== 'virustotal-address' && kind !== 'virustotal-domain')) return answer;
    return { ...answer, related: await this.#related(path) };
  }

  async #related(path: string): Promise<Partial<Record<RelatedKind, Score | null>>> {
    const out: Partial<Record<RelatedKind, Score | null>> = {};
    for (const name of Object.keys(RELATED) as RelatedKind[]) {
      out[name] = null;
      if (this.#barred.has(name)) continue;
      const list = await this.#get(`${path}/${RELATED[name]}?limit=${RELATED_LIMIT}`, true);
      if (list?.barred) this.#barred.add(name);
      if (list === undefined || list.barred) continue;
      const parsed = relatedSchema.safeParse(list.body);
      if (!parsed.success) throw new VtFailure('an answer that is no list of related objects');
      out[name] = score(parsed.data.data.flatMap((o) => o.attributes?.last_analysis_stats ?? []));
    }
    return out;
  }

  /** @returns undefined for an object that is not known; `barred` where the key may not ask and that is no failure */
  async #get(path: string, mayBeBarred = false): Promise<{ body: unknown; barred: boolean } | undefined> {
    const { clock, turn } = this.#options;
    let refusals = 0;
    for (let tries = 1; ; ) {
      await turn();
      const { status, body, retryAfter } = await this.#request(path);
      if (status === 200) {
        if (body === undefined) throw new VtFailure('an answer that is no JSON');
        return { body, barred: false };
      }
      if (status === 404) return undefined;
      if (status === 400) throw new VtFailure('the question was refused (400)');
      if (status === 401) throw new VtStop('VirusTotal does not accept the key (401)');
      if (status === 403) {
        if (mayBeBarred) return { body: undefined, barred: true };
        throw new VtStop('the key is not allowed to ask (403)');
      }
      if (status === 204 || status === 429) {
        if (++refusals >= REFUSALS)
          throw new VtStop(`the quota is used up (${status}): run again later, what is answered is kept`);
        await clock.sleep(Math.min(Math.max(retryAfter ?? 60, 1), 600) * 1000);
        continue;
      }
      if (status !== undefined && status < 500) throw new VtFailure(`an answer of ${status}`);
      if (tries >= TRIES) throw new VtFailure(status === undefined ? 'no answer' : `an answer of ${status}`);
      await clock.sleep(2000 * 4 ** (tries - 1));
      tries++;
    }
  }

  async #request(path: string): Promise<{ status: number | undefined; body: unknown; retryAfter: number | undefined }> {
    const { key, base, timeoutMs } = this.#options;
    try {
      const response = await fetch(`${base}${path}`, {
        headers: { 'x-apikey': key, accept: 'application/json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const after = Number(response.headers.get('retry-after') ?? Number.NaN);
      const retryAfter = Number.isFinite(after) ? after : undefined;
      if (response.status !== 200) {
        await response.body?.cancel();
        return { status: response.status, body: undefined, retryAfter };
      }
      return { status: 200, body: parsedJson(await limited(response)), retryAfter };
    } catch {
      // Time is up, or the connection broke: the message could repeat what was sent.
      return { status: undefined, body: undefined, retryAfter: undefined };
    }
  }
}

function objectPath(kind: VtKind, subject: string): string {
  if (kind === 'virustotal-url') return `/urls/${Buffer.from(subject).toString('base64url')}`;
  const folder = { 'virustotal-file': 'files', 'virustotal-domain': 'domains', 'virustotal-address': 'ip_addresses' }[
    kind
  ];
  return `/${folder}/${encodeURIComponent(subject)}`;
}

async function limited(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) break;
    size += next.value.length;
    if (size > MAX_BYTES) {
      await reader!.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
