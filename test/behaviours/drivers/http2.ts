import http2 from 'node:http2';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';

import { certs } from '../../helpers/certs.ts';
import {
  type Answer,
  type DialOptions,
  type Driver,
  type Message,
  type Send,
  itself,
  methodOf,
  streamOf,
} from './driver.ts';

async function make(options: DialOptions = {}): Promise<Send> {
  const { lookup, socketPath, trusts = true } = options;
  const sessions = new Map<string, http2.ClientHttp2Session>();
  return async (message) => {
    const { origin } = new URL(message.url);
    let session = sessions.get(origin);
    if (session === undefined || session.closed || session.destroyed) {
      const made = http2.connect(origin, {
        ...(lookup !== undefined && { lookup }),
        ...(socketPath !== undefined && { path: socketPath }),
        ...(trusts && { ca: certs().ca }),
      } as http2.SecureClientSessionOptions);
      // Its streams fail too.
      made.on('error', () => {});
      onTestFinished(() => made.destroy());
      sessions.set(origin, made);
      session = made;
    }
    return exchange(session, message);
  };
}

async function exchange(session: http2.ClientHttp2Session, message: Message): Promise<Answer> {
  const { pathname, search } = new URL(message.url);
  const { body } = message;
  const headers = { ...message.headers, ':method': methodOf(message), ':path': pathname + search };
  const stream = session.request(headers, {
    endStream: body === undefined,
    ...(message.signal !== undefined && { signal: message.signal }),
  });
  const answered = new Promise<number>((resolve, reject) => {
    stream.once('response', ({ ':status': status }) => resolve(status ?? 0));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error(`the stream was closed with ${stream.rstCode}`)));
  });
  if (typeof body === 'string' || body instanceof Uint8Array) stream.end(body);
  else if (body instanceof FormData || body instanceof Blob) throw new Error('node:http2 sends no such body');
  else if (body !== undefined) pipeline(streamOf(body), stream).catch(() => {});
  const status = await answered;
  stream.setEncoding('utf8');
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return { status, body: text };
}

/** node:http2, by TLS and in plain text. */
export const nodeHttp2: Driver = {
  name: 'node:http2',
  client: 'http2',
  clientVersion: process.version,
  http: '2',
  schemes: ['http', 'https'],
  can: new Set([
    'keeps',
    'lookup',
    'unix',
    'signal',
    'string body',
    'buffer body',
    'stream body',
    'iterator body',
    'expect',
    'continue',
    'direct',
  ]),
  dialEndsWithRequest: false,
  tellsVersion: true,
  make,
  reason: itself,
};
