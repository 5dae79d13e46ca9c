import { Readable } from 'node:stream';
import type { Agent } from 'undici';
import { onTestFinished } from 'vitest';

import type { ClientName } from '../../../src/index.ts';
import { certs } from '../../helpers/certs.ts';
import {
  type Ability,
  type Body,
  type DialOptions,
  type Driver,
  type Message,
  type Send,
  causeOf,
  methodOf,
} from './driver.ts';

/** A copy of fetch, and the class of the dispatchers that it takes. */
export interface FetchCopy {
  readonly name: string;
  readonly client: ClientName;
  readonly clientVersion: string;
  /** Its version of undici. */
  readonly undici: string;
  readonly fetch: typeof fetch;
  readonly Agent: typeof Agent;
  /** An older copy does not know another copy's forms. */
  readonly FormData: typeof FormData;
  readonly http2?: true;
  /** It offers HTTP/2 unless it is told not to. */
  readonly offersHttp2?: boolean;
}

const ABILITIES: readonly Ability[] = [
  'keeps',
  'lookup',
  'unix',
  'signal',
  'string body',
  'buffer body',
  'stream body',
  'iterator body',
  'form body',
  'blob body',
  'body errors',
  'redirects',
  'direct',
];

/** What undici's dispatchers take, for `options`; `by default` they offer what they offer. */
export function dispatcherOptions(
  options: DialOptions,
  http2: boolean | 'by default' = false,
): Agent.Options {
  const { lookup, socketPath, connections, trusts = true } = options;
  return {
    ...(connections !== undefined && { connections }),
    ...(http2 !== 'by default' && { allowH2: http2 }),
    connect: {
      ...(lookup !== undefined && { lookup }),
      ...(socketPath !== undefined && { socketPath }),
      ...(trusts && { ca: certs().ca }),
    },
  };
}

/** Ends what holds connections with the test, also when requests are open. */
export function owned<D extends { destroy(): Promise<void> }>(dispatcher: D): D {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

export function fetchDriver(copy: FetchCopy): Driver {
  const http2 = copy.http2 === true;
  return {
    name: http2 ? `${copy.name} over HTTP/2` : copy.name,
    client: copy.client,
    clientVersion: copy.clientVersion,
    http: http2 ? '2' : '1.1',
    schemes: http2 ? ['https'] : ['http', 'https'],
    can: new Set(http2 ? http2Abilities(copy) : [...ABILITIES, 'queues']),
    dialEndsWithRequest: false,
    tellsVersion: false,
    makeForm: () => new copy.FormData(),
    async make(options = {}): Promise<Send> {
      const offered = http2 && copy.offersHttp2 === true ? 'by default' : http2;
      const dispatcher = owned(new copy.Agent(dispatcherOptions(options, offered)));
      return async (message) => {
        const response = await copy.fetch(message.url, init(message, dispatcher));
        return { status: response.status, body: await response.text() };
      };
    },
    reason: causeOf,
  };
}

/** Undici 6 fails an assertion of its own when a request is aborted over HTTP/2. */
function http2Abilities({ undici }: FetchCopy): readonly Ability[] {
  return undici.startsWith('6.') ? ABILITIES.filter((ability) => ability !== 'signal') : ABILITIES;
}

/** `duplex` is what a body that is a stream needs; @types/node knows neither it nor `dispatcher`. */
function init(message: Message, dispatcher: Agent): object {
  const { headers, body, signal } = message;
  return {
    dispatcher,
    method: methodOf(message),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body: fetchBody(body), duplex: 'half' }),
    ...(signal !== undefined && { signal }),
  };
}

function fetchBody(body: Body): unknown {
  return body instanceof Readable ? Readable.toWeb(body) : body;
}
