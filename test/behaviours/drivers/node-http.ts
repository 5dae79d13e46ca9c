import { pipeline } from 'node:stream/promises';

import { agentFor, open, read, responseOf } from '../../http/exchange.ts';
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
  const { connections, trusts = true, ...dial } = options;
  const agents = new Map<string, ReturnType<typeof agentFor>>();
  return async (message) => {
    const { protocol } = new URL(message.url);
    const agent =
      agents.get(protocol) ??
      agentFor(message.url, { maxSockets: connections ?? Infinity, ...(!trusts && { ca: [] }) });
    agents.set(protocol, agent);
    const request = open(message.url, {
      agent,
      ...dial,
      method: methodOf(message),
      headers: { ...message.headers },
      ...(message.signal !== undefined && { signal: message.signal }),
    });
    return exchange(request, message);
  };
}

async function exchange(request: ReturnType<typeof open>, { body }: Message): Promise<Answer> {
  const answered = responseOf(request);
  // Also of an error that comes after the response has begun.
  const failed = new Promise<never>((_, reject) => request.on('error', reject));
  failed.catch(() => {});
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body);
  else if (body instanceof FormData || body instanceof Blob) throw new Error('node:http sends no such body');
  else {
    // Without the request's own error, which `answered` rejects with.
    pipeline(streamOf(body), request).catch(() => {});
  }
  const response = await answered;
  return { status: response.statusCode ?? 0, body: await Promise.race([failed, read(response)]) };
}

/** node:http and node:https. */
export const nodeHttp = (client: 'http' | 'https'): Driver => ({
  name: `node:${client}`,
  client,
  clientVersion: process.version,
  http: '1.1',
  schemes: [client],
  can: new Set([
    'keeps',
    'queues',
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
  dialEndsWithRequest: true,
  tellsVersion: true,
  make,
  reason: itself,
});
