import { createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { asset } from '../../cli/package-root.js';
import { FeedError } from './rows.js';

/** How far a download may go. */
export interface DownloadLimits {
  /** Bytes, on the wire and decompressed. */
  readonly maxBytes: number;
  /** Milliseconds for everything, and without a byte. */
  readonly totalMs: number;
  readonly idleMs: number;
  readonly redirects: number;
}

/** What the last answer said about its edition. */
export interface Edition {
  readonly etag: string | null;
  readonly last_modified: string | null;
}

const version = (JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string }).version;

/**
 * Downloads to a file, decompressed.
 * @param known edition that is there already: the server is asked for a newer one
 * @returns the edition, or undefined when there is no newer one
 * @throws FeedError with the reason; what was written is then of no use
 */
export async function download(
  url: string,
  to: string,
  limits: DownloadLimits,
  known?: Edition,
): Promise<Edition | undefined> {
  const clock = new AbortController();
  const total = setTimeout(
    () => clock.abort(new FeedError(`not done after ${limits.totalMs / 1000} s`)),
    limits.totalMs,
  );
  try {
    const response = await follow(url, limits, known, clock.signal);
    if (response.status === 304 && known) {
      await response.body?.cancel();
      return undefined;
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new FeedError(`the server answers ${response.status}`);
    }
    const announced = Number(response.headers.get('content-length') ?? 0);
    if (announced > limits.maxBytes) {
      await response.body?.cancel();
      throw new FeedError(`${megabytes(announced)} MB are announced, ${megabytes(limits.maxBytes)} are the limit`);
    }
    if (!response.body) throw new FeedError('empty');
    await write(response.body, to, limits);
    return { etag: response.headers.get('etag'), last_modified: response.headers.get('last-modified') };
  } catch (error) {
    const reason: unknown = clock.signal.aborted ? clock.signal.reason : error;
    throw reason instanceof FeedError ? reason : new FeedError(networkReason(reason));
  } finally {
    clearTimeout(total);
    // Ends the connection also when the server would go on for ever.
    clock.abort();
  }
}

/** Redirects one by one: http and https only, and no way back from https. */
async function follow(
  first: string,
  limits: DownloadLimits,
  known: Edition | undefined,
  signal: AbortSignal,
): Promise<Response> {
  let url = first;
  for (let hop = 0; hop <= limits.redirects; hop++) {
    const headers: Record<string, string> = { 'user-agent': `slipstream/${version}`, accept: '*/*' };
    if (known?.etag) headers['if-none-match'] = known.etag;
    if (known?.last_modified) headers['if-modified-since'] = known.last_modified;
    const response = await idleGuarded(fetch(url, { redirect: 'manual', headers, signal }), limits.idleMs);
    if (response.status < 300 || response.status > 399 || response.status === 304) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (!location) throw new FeedError(`the server answers ${response.status} without a place to go to`);
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (!next || !['http:', 'https:'].includes(next.protocol))
      throw new FeedError('redirected to something that is no web address');
    if (url.startsWith('https:') && next.protocol === 'http:') throw new FeedError('redirected from https to http');
    url = next.href;
  }
  throw new FeedError(`more than ${limits.redirects} redirects`);
}

async function write(body: ReadableStream<Uint8Array>, to: string, limits: DownloadLimits): Promise<void> {
  const wire = counted(body, limits);
  const first = await wire.next();
  if (first.done) throw new FeedError('empty');
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* wire;
  };
  const file = createWriteStream(to);
  if (first.value[0] === 0x1f && first.value[1] === 0x8b) {
    const limit = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limits.maxBytes) throw new FeedError(`more than ${megabytes(limits.maxBytes)} MB when decompressed`);
        yield chunk;
      }
    };
    await pipeline(Readable.from(whole()), createGunzip(), limit, file);
  } else {
    await pipeline(Readable.from(whole()), file);
  }
}

/** Chunks of a body as long as they keep coming and are not too many. `fetch` has decompressed what HTTP compressed. */
async function* counted(body: ReadableStream<Uint8Array>, limits: DownloadLimits): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await idleGuarded(reader.read(), limits.idleMs);
      if (done) return;
      size += value.length;
      if (size > limits.maxBytes) throw new FeedError(`more than ${megabytes(limits.maxBytes)} MB`);
      if (value.length > 0) yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function idleGuarded<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FeedError(`no byte for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, idle]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(bytes < 10_485_760 ? 1 : 0);

function networkReason(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const code = String(cause?.code ?? (error as { code?: unknown }).code ?? '');
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: 'the name of the server is not known',
    EAI_AGAIN: 'the name of the server cannot be looked up now',
    ECONNREFUSED: 'the server refuses the connection',
    ECONNRESET: 'the connection broke off',
    UND_ERR_SOCKET: 'the connection broke off',
    UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
    ENOSPC: 'disk full',
  };
  const words = known[code];
  if (words !== undefined) return words;
  if (code.startsWith('Z_')) return 'compressed data that is damaged';
  if (code.startsWith('CERT_') || code.includes('SIGNED')) return 'the certificate of the server is not valid';
  return (cause?.message ?? (error instanceof Error ? error.message : String(error))).split('\n')[0]!.slice(0, 200);
}
