import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { type ExchangeOptions, type Result, playerOf } from './drive.ts';
import { sendStream } from './http2-body.ts';
import { lookupOf } from './node-lookup.ts';
import type { ClientOptions, RequestScript } from './scenario.ts';
import type { Player, Target } from './sequence.ts';
import { urlOf } from './undici-client.ts';

/** Runs a scenario with node:http2: one session for each origin, a new one when it takes no more streams. */
export const playHttp2: Player = playerOf(({ client = {} }, target, reported) => {
  const sessions = new Map<string, ClientHttp2Session>();
  function sessionFor(script: RequestScript): ClientHttp2Session {
    const { origin } = new URL(urlOf(script, target));
    const known = sessions.get(origin);
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = http2.connect(origin, { ...optionsOf(client, target), ...lookupOf(client, reported) });
    // Its streams have the error too.
    session.on('error', () => {});
    sessions.set(origin, session);
    return session;
  }
  return {
    exchange: async (script, options) => exchange(sessionFor(script), script, options),
    close: () => {
      for (const session of sessions.values()) session.destroy();
    },
  };
});

function optionsOf(client: ClientOptions, target: Target): http2.SecureClientSessionOptions {
  return {
    ca: (client.trustsAuthority ?? true) ? target.authority : [],
    ...(client.maxTlsVersion === undefined ? {} : { maxVersion: client.maxTlsVersion }),
  };
}

async function exchange(
  session: ClientHttp2Session,
  script: RequestScript,
  { signal, reported, onFirstBytes }: ExchangeOptions,
): Promise<Result> {
  const { method = 'GET', path = '/', header = [], body } = script;
  const headers: Record<string, string | string[]> = { ':method': method, ':path': path };
  for (const [name, value] of header) {
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value : [...[known].flat(), value];
  }
  if (body?.framing === 'length') headers['content-length'] = String(body.size);
  let stream: ClientHttp2Stream;
  try {
    stream = session.request(headers, { signal, endStream: body === undefined });
  } catch (error) {
    return { status: 0, bytes: 0, error };
  }
  if (body !== undefined) sendStream(stream, body, reported);
  return read(stream, script, onFirstBytes);
}

async function read(
  stream: ClientHttp2Stream,
  { response: use }: RequestScript,
  onFirstBytes: () => void,
): Promise<Result> {
  const closeAfter = typeof use === 'object' && 'closeAfter' in use ? use.closeAfter : Infinity;
  return new Promise((resolve) => {
    let status = 0;
    let bytes = 0;
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.once('data', onFirstBytes);
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes < closeAfter) return;
      resolve({ status, bytes: closeAfter, error: null });
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    stream.on('error', (error) => resolve({ status, bytes, error }));
    // Without an error, a stream that the server has reset or refused with NO_ERROR or CANCEL.
    stream.on('close', () => {
      const error =
        status === 0 ? Object.assign(new Error('no response'), { code: 'ERR_HTTP2_STREAM_ERROR' }) : null;
      resolve({ status, bytes, error });
    });
  });
}
