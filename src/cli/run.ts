import { ConnectionNumbers } from '../view/connection-numbers.ts';
import { cleanText } from '../view/text.ts';
import { BodyOutput } from './body-output.ts';
import { limitOf, requireAble, type Asked } from './client-limits.ts';
import type { ClientName } from './clients.ts';
import { compareTarget } from './compare-target.ts';
import { InterruptedError, UsageError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { writeLines, writeText, type Io } from './io.ts';
import type { Options } from './options.ts';
import { proxyFor } from './proxy.ts';
import { buildRequest, requestTo } from './request.ts';
import type { RequestSpec, SenderOptions } from './send.ts';
import { makeSender } from './senders.ts';
import type { Session } from './session.ts';
import { terminalOf } from './terminal.ts';
import { readProxyContext, readSecureContext } from './tls-options.ts';
import { traceTarget } from './trace-target.ts';
import { parseTarget } from './urls.ts';
import { warmUp } from './warm-up.ts';

/**
 * Sends what the command line asks for and shows what happened.
 *
 * @returns the exit code.
 * @throws UsageError when the command line, or a file that it names, cannot be used.
 */
export async function run(options: Options, io: Io): Promise<number> {
  const targets = options.urls.map(parseTarget);
  const urls = targets.map(({ url }) => url);
  const template = await buildRequest(options, io.stdin);
  // Before anything is sent, so that a bad proxy, file or client is told at once.
  const proxied = urls.filter((url) => proxyFor(url, options, io.env) !== undefined).length > 0;
  const clients = await clientsFor(options, { options, request: template, urls, proxied }, io);
  const outputs = options.outputs.map((path) => new BodyOutput(path, io, options.compressed));
  const senderOptions: SenderOptions = {
    ...options,
    secureContext: readSecureContext(options),
    proxyContext: readProxyContext(options),
    proxyFor: (url) => proxyFor(url, options, io.env),
  };
  const picture = options.outputs.includes('-') ? io.stderr : io.stdout;
  const interruption = new AbortController();
  const stopListening = io.onInterrupt(() => interruption.abort(new InterruptedError()));
  const session: Session = {
    options,
    io,
    picture,
    terminal: terminalOf(picture, io, options.noColor),
    interrupted: interruption.signal,
    numbers: new ConnectionNumbers(),
  };
  try {
    await warmUpAll(clients, urls, options);
    const requests = targets.map((target) => requestTo(target, template, options));
    return await traceAll(session, clients, requests, outputs, senderOptions);
  } finally {
    stopListening();
  }
}

/**
 * The client to send with, or those to compare; of all, those that can do it.
 *
 * @throws UsageError when the one that the user has named cannot, or fewer than two are left to compare.
 */
async function clientsFor(options: Options, asked: Asked, io: Io): Promise<readonly ClientName[]> {
  const { client, compare } = options;
  if (compare === undefined || compare.named) {
    const clients = compare?.clients ?? [client];
    for (const one of clients) requireAble(one, asked);
    return clients;
  }
  const limits = compare.clients.map((one) => ({ one, limit: limitOf(one, asked) ?? unlikely(one, asked) }));
  const able = limits.filter(({ limit }) => limit === undefined).map(({ one }) => one);
  const reasons = limits.flatMap(({ one, limit }) => (limit === undefined ? [] : [`${one} ${limit}`]));
  if (able.length < 2) throw new UsageError(`nothing to compare: ${reasons.join('; ')}`);
  await writeLines(
    io.stderr,
    reasons.map((reason) => `httptrace: left out: ${cleanText(reason)}`),
  );
  return able;
}

/** Why a client that nobody has named would most probably fail. */
function unlikely(client: ClientName, { options, urls }: Asked): string | undefined {
  const isPlain = urls.some((url) => url.protocol === 'http:');
  if (client !== 'http2' || options.httpVersion === '2' || !isPlain) return undefined;
  return 'needs a server that speaks HTTP/2 without TLS (with --http2 it is tried)';
}

async function warmUpAll(
  clients: readonly ClientName[],
  urls: readonly URL[],
  { location, httpVersion }: Options,
): Promise<void> {
  const secure = location || urls.some((url) => url.protocol === 'https:');
  for (const client of clients) {
    const mayHttp2 = client === 'http2' || (client !== 'http' && (secure || httpVersion === '2'));
    await warmUp({ client, secure, http2: mayHttp2 && httpVersion !== '1.1' && offersHttp2(client) });
  }
}

/** fetch does since undici 8, which came with Node 26. */
function offersHttp2(client: ClientName): boolean {
  return client !== 'fetch' || Number.parseInt(process.versions['undici'] ?? '', 10) >= 8;
}

/** The exit code is that of the first URL that failed. */
async function traceAll(
  session: Session,
  clients: readonly ClientName[],
  requests: readonly RequestSpec[],
  outputs: readonly BodyOutput[],
  senderOptions: SenderOptions,
): Promise<number> {
  const { options } = session;
  const sender = options.compare === undefined ? await makeSender(options.client, senderOptions) : undefined;
  let exitCode: number = EXIT.ok;
  try {
    for (const [index, request] of requests.entries()) {
      if (session.interrupted.aborted) break;
      if (index > 0 && !options.json) await writeText(session.picture, '\n');
      const code =
        sender === undefined
          ? await compareTarget(session, clients, request, senderOptions)
          : await traceTarget(session, sender, request, outputs[index]);
      if (exitCode === EXIT.ok) exitCode = code;
    }
    return exitCode;
  } finally {
    sender?.close();
  }
}
