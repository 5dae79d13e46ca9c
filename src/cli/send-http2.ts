import * as http2 from 'node:http2';
import type { Socket } from 'node:net';
import { limitConnecting } from './connect-limit.ts';
import { destinationOf } from './destination.ts';
import { Http2UnsupportedError } from './errors.ts';
import { abortReason, receiveBody } from './receive-body.ts';
import { gathered, requestFields } from './request-fields.ts';
import type { RequestSpec, ResponseHead, Sender, SenderOptions, SendOptions } from './send.ts';
import { giveUpBody, writeBody } from './write-body.ts';

const { HTTP2_HEADER_AUTHORITY, HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH } = http2.constants;

/** Sends with node:http2, to http URLs by prior knowledge. */
export class Http2Sender implements Sender {
  readonly #options: SenderOptions;
  readonly #sessions = new Map<string, http2.ClientHttp2Session>();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  async send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    const { signal } = options;
    signal.throwIfAborted();
    const session = this.#sessionFor(request.url);
    const stream = session.request(fieldsOf(request), { endStream: request.body === undefined });
    const abort = (): void => {
      // Before there is a connection the stream's end would leave it being made.
      if (session.connecting) session.destroy(abortReason(signal));
      else stream.destroy(abortReason(signal));
    };
    signal.addEventListener('abort', abort);
    try {
      if (request.body !== undefined) writeBody(stream, request);
      const head = await responseOf(stream);
      await receiveBody(stream, head, options);
      giveUpBody(stream);
      return head;
    } finally {
      signal.removeEventListener('abort', abort);
      if (!this.#options.keepAlive) this.#close(request.url);
    }
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }

  #close(url: URL): void {
    this.#sessions.get(url.origin)?.close();
    this.#sessions.delete(url.origin);
  }

  #sessionFor(url: URL): http2.ClientHttp2Session {
    const open = this.#sessions.get(url.origin);
    if (open !== undefined && !open.closed && !open.destroyed) return open;
    const { unixSocket, connectTimeout } = this.#options;
    const { dial, tls } = destinationOf(url, this.#options);
    const session = http2.connect(url, {
      ...(unixSocket === undefined ? {} : { path: unixSocket }),
      ...dial,
      ...(url.protocol === 'https:' ? tls : {}),
    });
    const stop = limitConnecting(connectTimeout, (reason) => session.destroy(reason));
    session.once('connect', (_session, socket) => {
      stop();
      const chosen = chosenProtocol(socket);
      if (chosen !== 'h2') session.destroy(new Http2UnsupportedError(chosen));
    });
    session.once('close', stop);
    // Its streams tell of it.
    session.on('error', () => {});
    this.#sessions.set(url.origin, session);
    return session;
  }
}

/** What ALPN agreed on; without TLS there is nothing to agree on. */
function chosenProtocol(
  socket: Socket | { readonly alpnProtocol?: string | false | null },
): string | undefined {
  if (!('alpnProtocol' in socket)) return 'h2';
  return socket.alpnProtocol || undefined;
}

function fieldsOf(request: RequestSpec): http2.OutgoingHttpHeaders {
  const { method, url } = request;
  const fields = requestFields(request);
  const host = fields.find(([name]) => name.toLowerCase() === 'host')?.[1];
  return {
    [HTTP2_HEADER_METHOD]: method,
    [HTTP2_HEADER_AUTHORITY]: host ?? url.host,
    [HTTP2_HEADER_PATH]: url.pathname + url.search,
    ...gathered(fields.filter(([name]) => name.toLowerCase() !== 'host')),
  };
}

function responseOf(stream: http2.ClientHttp2Stream): Promise<ResponseHead> {
  return new Promise((resolve, reject) => {
    stream.once('response', (headers) => resolve(headOf(headers)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('The stream was closed without a response.')));
  });
}

function headOf(headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader): ResponseHead {
  return {
    status: headers[':status'] ?? 0,
    field(name) {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}
