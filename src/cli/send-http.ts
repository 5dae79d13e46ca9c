import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { finished, pipeline } from 'node:stream/promises';
import { createSecureContext, TLSSocket, type ConnectionOptions, type SecureContext } from 'node:tls';
import { RequestTimeoutError } from './errors.ts';
import { bareHost, type Proxy } from './proxy.ts';
import { lookupFor, type ResolveRule } from './resolve.ts';
import type { RequestSpec, ResponseHead, Sender, SendOptions } from './send.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** How connections are made. */
export interface HttpSenderOptions {
  readonly keepAlive: boolean;
  readonly resolve: readonly ResolveRule[];
  readonly family: 4 | 6 | undefined;
  readonly unixSocket: string | undefined;
  /** Seconds for DNS, connection and TLS. */
  readonly connectTimeout: number | undefined;
  readonly insecure: boolean;
  readonly secureContext: SecureContext | undefined;
  proxyFor(url: URL): Proxy | undefined;
}

/** As curl: a server that does not know Expect must not block the request for long. */
const CONTINUE_TIMEOUT = 1000;

/** Sends with Node's own HTTP/1.1 client, node:http and node:https. */
export class HttpSender implements Sender {
  readonly #options: HttpSenderOptions;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;
  #tunnel: TunnelAgent | undefined;
  #secureContext: SecureContext | undefined;

  constructor(options: HttpSenderOptions) {
    this.#options = options;
    this.#secureContext = options.secureContext;
    this.#plain = new http.Agent({ keepAlive: options.keepAlive });
    this.#secure = new https.Agent({ keepAlive: options.keepAlive });
  }

  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    return new Promise((resolve, reject) => {
      options.signal.throwIfAborted();
      const sent = this.#start(request);
      const cancel = (reason: Error): void => {
        sent.destroy(reason);
        this.#tunnel?.cancel(reason);
      };
      const stopTimer = limitConnecting(sent, this.#options.connectTimeout, cancel);
      const abort = (): void => cancel(reasonOf(options.signal));
      options.signal.addEventListener('abort', abort);
      const finish = (): void => {
        stopTimer();
        options.signal.removeEventListener('abort', abort);
      };
      sent.on('error', (error) => {
        finish();
        reject(error);
      });
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        finish();
        resolve(headOf(response));
      });
      sent.on('response', (response) => {
        receive(response, options).then(resolve, reject).finally(finish);
      });
      writeBody(sent, request);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
    this.#tunnel?.destroy();
  }

  #start(request: RequestSpec): http.ClientRequest {
    const { url } = request;
    const { unixSocket, family, resolve } = this.#options;
    const isSecure = url.protocol === 'https:';
    const host = bareHost(url);
    const port = Number(url.port) || (isSecure ? 443 : 80);
    const proxy = this.#options.proxyFor(url);
    const lookup = lookupFor(resolve, proxy?.host ?? host, proxy?.port ?? port);
    const common: https.RequestOptions = {
      protocol: url.protocol,
      method: request.method,
      path: url.pathname + url.search,
      host,
      port,
      setHost: false,
      headers: headersOf(request),
      ...(unixSocket === undefined ? {} : { socketPath: unixSocket }),
      ...(family === undefined ? {} : { family }),
      ...(lookup === undefined ? {} : { lookup }),
    };
    const sent = isSecure
      ? https.request({
          ...common,
          agent: proxy === undefined ? this.#secure : this.#tunnelThrough(proxy),
          ...this.#tlsOptions(host),
        })
      : http.request({
          ...common,
          ...(proxy === undefined ? {} : throughProxy(proxy, url, common)),
          agent: this.#plain,
        });
    if (request.omit.has('connection') && !sent.headersSent) sent.removeHeader('Connection');
    return sent;
  }

  #tlsOptions(host: string): ConnectionOptions {
    // Made before the request, it does not count as time in the queue: reading all root certificates takes milliseconds.
    this.#secureContext ??= createSecureContext();
    return {
      // Node would take it from a Host field of the user's own.
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: !this.#options.insecure,
      secureContext: this.#secureContext,
    };
  }

  #tunnelThrough(proxy: Proxy): TunnelAgent {
    this.#tunnel ??= new TunnelAgent(proxy, { keepAlive: this.#options.keepAlive });
    return this.#tunnel;
  }
}

/** For http the proxy gets the request itself, with the whole URL in its first line (RFC 9112 section 3.2.2). */
function throughProxy(proxy: Proxy, url: URL, common: https.RequestOptions): http.RequestOptions {
  const headers = common.headers as Record<string, string | string[]>;
  if (proxy.authorization !== undefined) headers['Proxy-Authorization'] = proxy.authorization;
  return { host: proxy.host, port: proxy.port, path: `${url.origin}${url.pathname}${url.search}`, headers };
}

/** Repeated fields are gathered under the name of the first, as Node wants them. */
function headersOf({ header, omit, url, body }: RequestSpec): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  const written = new Map<string, string>();
  const has = (name: string): boolean => omit.has(name) || header.some(([own]) => own.toLowerCase() === name);
  if (!has('host')) headers['Host'] = url.host;
  for (const [name, value] of header) {
    const key = written.get(name.toLowerCase()) ?? name;
    written.set(name.toLowerCase(), key);
    const before = headers[key];
    headers[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    headers['Content-Length'] = String(body.length);
  }
  return headers;
}

function writeBody(sent: http.ClientRequest, { body, header }: RequestSpec): void {
  const expects = header.some(
    ([name, value]) => name.toLowerCase() === 'expect' && /100-continue/i.test(value),
  );
  if (!expects || body === undefined) {
    sent.end(body);
    return;
  }
  sent.flushHeaders();
  const timer = setTimeout(() => sent.end(body), CONTINUE_TIMEOUT);
  sent.once('continue', () => {
    clearTimeout(timer);
    sent.end(body);
  });
  // A final answer instead of 100: the body is not wanted, and a connection that waits for it is of no more use.
  sent.once('response', (response) => {
    clearTimeout(timer);
    response.once('end', () => {
      if (!sent.writableEnded) sent.destroy();
    });
  });
  sent.once('close', () => clearTimeout(timer));
}

async function receive(response: http.IncomingMessage, options: SendOptions): Promise<ResponseHead> {
  const head = headOf(response);
  const chain = options.onResponse(head);
  try {
    if (chain.length === 0) await finished(response.resume());
    else await pipeline([response, ...chain]);
  } catch (error) {
    // Node says 'aborted' when the reason is that we aborted.
    throw options.signal.aborted ? reasonOf(options.signal) : error;
  }
  return head;
}

function headOf(response: http.IncomingMessage): ResponseHead {
  return {
    status: response.statusCode ?? 0,
    field: (name) => response.headersDistinct[name.toLowerCase()]?.[0],
  };
}

/** Ends a request whose connection is not ready in time. */
function limitConnecting(
  sent: http.ClientRequest,
  seconds: number | undefined,
  cancel: (reason: Error) => void,
): () => void {
  if (seconds === undefined) return () => {};
  const timer = setTimeout(
    () => cancel(new RequestTimeoutError('--connect-timeout', seconds)),
    seconds * 1000,
  );
  const stop = (): void => clearTimeout(timer);
  sent.once('socket', (socket) => {
    if (sent.reusedSocket) stop();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', stop);
  });
  return stop;
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
