import type http from 'node:http';
import type { RequestOptions } from 'node:https';

import type { Peer, Script } from '../helpers/scripted-server.ts';
import { agentFor, open } from '../http/exchange.ts';
import type { Logger } from './log.ts';

/** What a scenario works with. */
export interface Kit {
  readonly origin: string;
  readonly port: number;
  readonly agent: http.Agent;
  readonly logger: Logger;
  /** Begins a request that is logged, by the kit's agent when `options` name none. */
  request(options?: RequestOptions): http.ClientRequest;
}

export interface Scenario {
  readonly title: string;
  readonly secure?: boolean;
  readonly agent?: http.AgentOptions;
  readonly script: Script;
  readonly play: (kit: Kit) => Promise<void>;
}

export function makeKit(origin: string, port: number, options: http.AgentOptions, logger: Logger): Kit {
  const agent = agentFor(origin, options);
  return {
    origin,
    port,
    agent,
    logger,
    request: (requestOptions) => logger.watch(open(origin, { agent, ...requestOptions })),
  };
}

/** Sends `text` after the first head. */
export function reply(text: string): Script {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    await peer.end();
    peer.close();
  };
}

/** Sends `text` after the first head, and ends. */
export function replyAndClose(text: string): Script {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    peer.close();
  };
}

export async function silent(peer: Peer): Promise<void> {
  await peer.end();
  peer.close();
}

/** Resolves at `event`, also when an error comes first. */
export function at(emitter: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

/** Ends `request` and reads its response as most programs do. */
export async function whole(request: http.ClientRequest, body?: string): Promise<void> {
  request.on('error', () => {});
  request.on('response', (response: http.IncomingMessage) => response.on('error', () => {}).resume());
  request.end(body);
  await at(request, 'close');
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
