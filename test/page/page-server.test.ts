import * as http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPageServer, type PageServer, type PageServerOptions } from '../../src/cli/page/page-server.ts';
import { readTemplate } from '../../src/cli/page/template.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { sampleTrace } from './sample-trace.ts';

const template = readTemplate();

async function start(options: Partial<PageServerOptions> = {}): Promise<PageServer> {
  const server = await startPageServer({ template, ...options });
  onTestFinished(() => server.close());
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A request that says of itself what it likes. */
function ask(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

interface Event {
  readonly type: string;
  readonly id: string;
  readonly data: readonly string[];
}

/** Listens as an EventSource does. */
function listen(server: PageServer, lastEventId?: string) {
  const events: Event[] = [];
  let arrived: (() => void) | undefined;
  let isOver = false;
  const request = http.get(`${server.url}events`, {
    agent: false,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  request.on('error', () => {});
  const opened = new Promise((resolve) => request.once('response', resolve));
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      events.push(...parts.map(parseEvent));
      arrived?.();
    });
    response.on('close', () => {
      isOver = true;
      arrived?.();
    });
  });
  return {
    events,
    request,
    opened,
    lines: () => events.filter(({ type }) => type === 'message').flatMap(({ data }) => data),
    /** Waits until what has arrived is as wanted. */
    async until(isEnough: () => boolean): Promise<void> {
      while (!isEnough()) {
        if (isOver) throw new Error(`The stream has ended with ${events.length} events.`);
        await new Promise<void>((resolve) => (arrived = resolve));
      }
    },
  };
}

function parseEvent(text: string): Event {
  const fields = text.split('\n').map((line) => line.split(/: ?(.*)/, 2));
  const field = (name: string) => fields.filter(([key]) => key === name).map(([, value = '']) => value);
  return { type: field('event')[0] ?? 'message', id: field('id')[0] ?? '', data: field('data') };
}

const lines = sampleTrace({ requests: 30 });
const texts = lines.map((line) => JSON.stringify(line));

function sendAll(server: PageServer, sent: readonly TraceLine[]): void {
  for (const line of sent) server.send(line);
}

describe('startPageServer', () => {
  it('listens on loopback, under a path that cannot be guessed', async () => {
    const [first, second] = [await start(), await start()];
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    expect(new URL(first.url).pathname).not.toBe(new URL(second.url).pathname);
  });

  it('serves the page with headers that keep it to itself', async () => {
    const { status, headers, body } = await ask((await start()).url);
    expect(status).toBe(200);
    expect(body).toContain('data-source="live"');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(body).toContain(policy.replace("; frame-ancestors 'none'", ''));
  });

  it.each(['', 'wrong/', 'wrong/events', 'favicon.ico', '../etc/passwd'])(
    'knows nothing at /%s',
    async (path) => {
      const { origin } = new URL((await start()).url);
      expect(await ask(`${origin}/${path}`)).toMatchObject({ status: 404, body: '' });
    },
  );

  it('knows nothing else below its path', async () => {
    const { url } = await start();
    expect((await ask(`${url}events/`)).status).toBe(404);
    expect((await ask(`${url}page.html`)).status).toBe(404);
    expect((await ask(url.slice(0, -1))).status).toBe(404);
  });

  it('refuses a name that was made to point here', async () => {
    const { url } = await start();
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ])
      expect(await ask(url, { headers: { host } })).toMatchObject({ status: 403, body: '' });
    expect((await ask(url, { headers: { host: 'localhost:9999' } })).status).toBe(200);
  });

  it("refuses other sites' scripts", async () => {
    const { url } = await start();
    const { origin } = new URL(url);
    expect((await ask(`${url}events`, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask(`${url}events`, { headers: { origin: 'null' } })).status).toBe(403);
    expect((await ask(`${url}events`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await ask(url, { headers: { origin } })).status).toBe(200);
  });

  it.each(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { status, headers } = await ask((await start()).url, { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET');
  });

  it('sends what was there before and what comes then', async () => {
    const server = await start();
    sendAll(server, lines.slice(0, 10));
    const page = listen(server);
    await page.until(() => page.lines().length === 10);
    sendAll(server, lines.slice(10));
    await page.until(() => page.lines().length === lines.length);
    expect(page.lines()).toEqual(texts);
  });

  it('goes on after the last event that a page got', async () => {
    const server = await start();
    sendAll(server, lines.slice(0, 10));
    const first = listen(server);
    await first.until(() => first.lines().length === 10);
    first.request.destroy();
    sendAll(server, lines.slice(10));
    const second = listen(server, first.events.at(-1)?.id);
    await second.until(() => second.lines().length === lines.length - 10);
    expect([...first.lines(), ...second.lines()]).toEqual(texts);
  });

  it('ignores a last event id that it cannot have given', async () => {
    const server = await start();
    sendAll(server, lines.slice(0, 3));
    const page = listen(server, '-1; nonsense');
    await page.until(() => page.lines().length === 3);
    const future = listen(server, '999');
    await future.opened;
    sendAll(server, lines.slice(3, 4));
    await future.until(() => future.lines().length === 1);
    expect(future.lines()).toEqual([texts[3]]);
  });

  it('keeps no more than it may, tells a late page how much it missed, and still what was run', async () => {
    const server = await start({ keep: 20_000 });
    server.send({ type: 'run', version: 1, httptrace: '0.1.0', command: ['node', 'a.js'], started: 0 });
    sendAll(server, lines);
    const page = listen(server);
    await page.until(() => page.lines().at(-1) === texts.at(-1));
    const [lost] = page.events.filter(({ type }) => type === 'lost');
    const kept = page.lines().slice(1);
    expect(page.lines()[0]).toContain('"type":"run"');
    expect(Number(lost?.data[0])).toBe(lines.length + 1 - kept.length);
    expect(kept).toEqual(texts.slice(-kept.length));
    expect(kept.join('').length).toBeLessThanOrEqual(20_000);
  });

  it('sends the rest when it is closed, and says that it was all', async () => {
    const server = await start();
    const page = listen(server);
    sendAll(server, lines.slice(0, 2));
    await page.until(() => page.lines().length > 0);
    sendAll(server, lines.slice(2));
    const closed = server.close();
    await page.until(() => page.events.at(-1)?.type === 'end');
    await closed;
    expect(page.lines()).toEqual(texts);
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('tells when its port is taken', async () => {
    const { port } = new URL((await start()).url);
    await expect(start({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
