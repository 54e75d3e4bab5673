import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import { type FeedDefinition, feedSchema } from './definition.js';
import type { DownloadLimits } from './download.js';
import { folderFeeds } from './sources.js';
import { updateFeed } from './update.js';

const OLD = '203.0.113.1\n203.0.113.2\n';
const FAST: Partial<DownloadLimits> = { totalMs: 3000, idleMs: 700, redirects: 3 };

const base = mkdtempSync(join(tmpdir(), 'slipstream-update-'));
let folder: string;
let store: CaseStore;
let server: Server;
let origin: string;
let asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
const open = new Set<ServerResponse>();

/** 60 MB in a few kilobytes; made before the server runs, which shares this thread. */
const BOMB = gzipSync(Buffer.alloc(60_000_000, '8.8.8.8\n'));
const BROTLI_BOMB = brotliCompressSync(Buffer.alloc(60_000_000, 65), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
});

/** Pages of the server; each writes one answer. */
const pages: Record<string, (res: ServerResponse, req: IncomingMessage) => void> = {
  '/list': (res, req) => {
    if (req.headers['if-none-match'] === '"1"') res.writeHead(304).end();
    else
      res
        .writeHead(200, { etag: '"1"', 'last-modified': 'Tue, 06 Jan 2026 00:00:00 GMT' })
        .end('8.8.8.8\n8.8.4.4\n9.9.9.0/24\n');
  },
  '/gzipped': (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('8.8.8.8\n')),
  '/list.gz': (res) => res.writeHead(200, { 'content-type': 'application/gzip' }).end(gzipSync('8.8.8.8\n9.9.9.9\n')),
  '/moved': (res) => res.writeHead(302, { location: '/list' }).end(),
  '/loop': (res) => res.writeHead(302, { location: '/loop' }).end(),
  '/to-file': (res) => res.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/nowhere': (res) => res.writeHead(302).end(),
  '/html': (res) =>
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html><body>8.8.8.8</body></html>'),
  '/html-late': (res) => res.writeHead(200).end(`\n\n <HTML><p>not here</p></HTML>`),
  '/missing': (res) => res.writeHead(404).end('8.8.8.8\n'),
  '/broken-server': (res) => res.writeHead(500).end(),
  '/empty': (res) => res.writeHead(200).end(),
  '/rubbish': (res) => res.writeHead(200).end('one\ntwo\n'),
  '/mostly-rubbish': (res) => res.writeHead(200).end('8.8.8.8\none\ntwo\nthree\n'),
  '/some-rubbish': (res) => res.writeHead(200).end('8.8.8.8\n8.8.4.4\n10.0.0.1\n'),
  '/binary': (res) => res.writeHead(200).end(Buffer.from(Array.from({ length: 4000 }, (_, i) => i % 7))),
  '/announced': (res) => res.writeHead(200, { 'content-length': '9000000000' }).write('8.8.8.8\n'),
  '/cut-off': (res) => {
    res.writeHead(200, { 'content-length': '1000' });
    res.write('8.8.8.8\n');
    setTimeout(() => res.destroy(), 50);
  },
  '/endless': (res) => {
    const block = Buffer.from('8.8.8.8\n'.repeat(8192));
    const more = (): void => {
      while (!res.destroyed && res.write(block));
      if (!res.destroyed) res.once('drain', more);
    };
    more();
  },
  '/drip': (res) => {
    const timer = setInterval(() => (res.destroyed ? clearInterval(timer) : res.write('8.8.8.8\n')), 100);
  },
  '/silent': (res) => res.write('8.8.8.8\n'),
  '/never': () => undefined,
  '/bomb-in-http': (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
  '/brotli-bomb': (res) => res.writeHead(200, { 'content-encoding': 'br' }).end(BROTLI_BOMB),
  '/bomb.gz': (res) => res.writeHead(200).end(BOMB),
  '/damaged.gz': (res) => res.writeHead(200).end(gzipSync('8.8.8.8\n'.repeat(1000)).subarray(0, 30)),
  '/one-line': (res) => res.writeHead(200).end('8'.repeat(2_000_000)),
};

beforeAll(async () => {
  store = await CaseStore.open(join(base, 'case.duckdb'), { mode: 'create', memoryLimit: '512MB' });
  server = createServer((req, res) => {
    asked.push({ url: req.url!, headers: req.headers });
    open.add(res);
    res.on('error', () => undefined);
    pages[req.url!]!(res, req);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  for (const res of open) res.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  store.close();
  rmSync(base, { recursive: true, force: true });
});

beforeEach(() => {
  folder = join(base, `feeds-${Math.floor(performance.now() * 1000)}`);
  mkdirSync(folder);
  asked = [];
});

const definition = (path: string, more: Record<string, unknown> = {}): FeedDefinition =>
  feedSchema.parse({
    title: 't',
    url: `${origin}${path}`,
    format: 'lines',
    kinds: ['ip', 'cidr'],
    threat_level: 'medium',
    max_mb: 20,
    ...more,
  });

const update = (path: string, limits = FAST, state = folderState()) =>
  updateFeed(store, folder, 'x', definition(path), state, limits);

const data = (): string | undefined =>
  existsSync(join(folder, 'x.data')) ? readFileSync(join(folder, 'x.data'), 'utf8') : undefined;

function folderState() {
  if (!existsSync(join(folder, 'x.data'))) return undefined;
  writeFileSync(join(folder, 'x.yaml'), 'title: t\nformat: lines\nkinds: [ip]\nthreat_level: low\n');
  const state = folderFeeds(folder)[0]!.state;
  rmSync(join(folder, 'x.yaml'));
  return state;
}

describe('a feed that behaves', () => {
  it('is downloaded, and not again while it is the same', async () => {
    expect(await update('/list')).toEqual({ status: 'new', entries: 3, invalid: {} });
    expect(data()).toBe('8.8.8.8\n8.8.4.4\n9.9.9.0/24\n');
    expect(folderState()).toMatchObject({ etag: '"1"', entries: 3, last_modified: 'Tue, 06 Jan 2026 00:00:00 GMT' });
    expect(await update('/list')).toEqual({ status: 'same', entries: 3, invalid: {} });
    expect(asked.map((a) => [a.headers['if-none-match'], a.headers['if-modified-since']])).toEqual([
      [undefined, undefined],
      ['"1"', 'Tue, 06 Jan 2026 00:00:00 GMT'],
    ]);
    expect(readdirSync(folder).sort()).toEqual(['x.data', 'x.state.json']);
  });

  it('may be compressed, by HTTP or as a file, and may have moved', async () => {
    expect((await update('/gzipped')).entries).toBe(1);
    expect((await update('/list.gz')).entries).toBe(2);
    expect(data()).toBe('8.8.8.8\n9.9.9.9\n');
    expect((await update('/moved')).entries).toBe(3);
  });

  it('may have some rows that are none', async () => {
    expect(await update('/some-rubbish')).toEqual({
      status: 'new',
      entries: 2,
      invalid: { 'not a public address': 1 },
    });
  });

  it('is asked for anew when its URL changed', async () => {
    await update('/list');
    await update('/list.gz');
    expect(asked[1]!.headers['if-none-match']).toBeUndefined();
  });
});

describe('a feed that does not behave: refused with the reason, the old data kept', () => {
  it.each([
    ['/loop', 'more than 3 redirects'],
    ['/to-file', 'redirected to something that is no web address'],
    ['/nowhere', 'without a place to go to'],
    ['/html', 'a web page (HTML or XML), not a feed'],
    ['/html-late', 'a web page (HTML or XML), not a feed'],
    ['/missing', 'the server answers 404'],
    ['/broken-server', 'the server answers 500'],
    ['/empty', 'empty'],
    ['/rubbish', 'none of 2 rows is an indicator (no indicator)'],
    ['/mostly-rubbish', '3 of 4 rows are no indicators (no indicator)'],
    ['/binary', 'not a text file'],
    ['/announced', '8583 MB are announced, 20 are the limit'],
    ['/cut-off', 'the connection broke off'],
    ['/endless', 'more than 20 MB'],
    ['/drip', 'not done after 3 s'],
    ['/silent', 'no byte for 0.7 s'],
    ['/never', 'no byte for 0.7 s'],
    ['/bomb-in-http', 'more than 20 MB'],
    ['/brotli-bomb', 'more than 20 MB'],
    ['/bomb.gz', 'more than 20 MB when decompressed'],
    ['/damaged.gz', 'compressed data that is damaged'],
    ['/one-line', 'none of 1 rows is an indicator'],
  ])(
    '%s: %s',
    async (path, reason) => {
      writeFileSync(join(folder, 'x.data'), OLD);
      await expect(update(path)).rejects.toThrow(reason);
      expect(data()).toBe(OLD);
      expect(readdirSync(folder)).toEqual(['x.data']);
    },
    20_000,
  );

  it('a server that is gone', async () => {
    writeFileSync(join(folder, 'x.data'), OLD);
    const gone = { ...definition('/'), url: 'http://127.0.0.1:9/x' };
    await expect(updateFeed(store, folder, 'x', gone, undefined, FAST)).rejects.toThrow(
      /refuses the connection|bad port/,
    );
    expect(data()).toBe(OLD);
  });
});
