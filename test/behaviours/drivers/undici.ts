import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type * as undici7 from 'undici';
import type { Dispatcher } from 'undici';

import { proxyServer } from '../../helpers/proxy-server.ts';
import { type FetchCopy, dispatcherOptions, fetchDriver, owned } from './fetch.ts';
import {
  type Ability,
  type Answer,
  type DialOptions,
  type Driver,
  type Message,
  type Send,
  itself,
  methodOf,
  streamOf,
} from './driver.ts';

/** The newest types do for all versions: what tests call is the same in them. */
export type Undici = typeof undici7;

/** A copy of the npm package. */
export interface UndiciCopy {
  readonly major: 6 | 7 | 8;
  readonly version: string;
  readonly module: Undici;
}

const ABILITIES: readonly Ability[] = [
  'keeps',
  'queues',
  'lookup',
  'unix',
  'signal',
  'string body',
  'buffer body',
  'stream body',
  'iterator body',
  'body errors',
  'direct',
];

/** Sends by a dispatcher. */
type SendBy = (dispatcher: Dispatcher, message: Message) => Promise<Answer>;

function base({ major, version }: UndiciCopy, what: string): Omit<Driver, 'make'> {
  return {
    name: `undici ${major} ${what}`,
    client: 'undici',
    clientVersion: version,
    http: '1.1',
    schemes: ['http', 'https'],
    can: new Set(ABILITIES),
    dialEndsWithRequest: false,
    tellsVersion: false,
    reason: itself,
  };
}

function requestOptions(message: Message): object {
  const { headers, body, signal } = message;
  return {
    method: methodOf(message),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  };
}

/** `dispatcher.request()`: of an Agent, a Client, a Pool. */
async function byRequest(dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const { origin, pathname, search } = new URL(message.url);
  // A Client takes no other origin than its own.
  const options = { ...requestOptions(message), origin, path: pathname + search };
  const { statusCode, body } = await dispatcher.request(options as Dispatcher.RequestOptions);
  return { status: statusCode, body: await body.text() };
}

/** A driver of a dispatcher that serves all origins. */
function agentDriver(
  copy: UndiciCopy,
  what: string,
  makeDispatcher: (options: DialOptions) => Dispatcher | Promise<Dispatcher>,
  send: SendBy = byRequest,
): Driver {
  return {
    ...base(copy, what),
    async make(options = {}): Promise<Send> {
      const dispatcher = owned(await makeDispatcher(options));
      return (message) => send(dispatcher, message);
    },
  };
}

/** A driver of a dispatcher that serves one origin. */
function originDriver(
  copy: UndiciCopy,
  what: string,
  makeDispatcher: (origin: string, options: DialOptions) => Dispatcher,
): Driver {
  return {
    ...base(copy, what),
    async make(options = {}): Promise<Send> {
      const dispatchers = new Map<string, Dispatcher>();
      return async (message) => {
        const { origin } = new URL(message.url);
        const dispatcher = dispatchers.get(origin) ?? owned(makeDispatcher(origin, options));
        dispatchers.set(origin, dispatcher);
        return byRequest(dispatcher, message);
      };
    },
  };
}

function plus(driver: Driver, ...abilities: readonly Ability[]): Driver {
  return { ...driver, can: new Set([...driver.can, ...abilities]) };
}

function minus(driver: Driver, ...abilities: readonly Ability[]): Driver {
  return { ...driver, can: new Set([...driver.can].filter((ability) => !abilities.includes(ability))) };
}

/** `abilities` when `copy` is of `major`. */
function only(copy: UndiciCopy, major: number, ...abilities: readonly Ability[]): readonly Ability[] {
  return copy.major === major ? abilities : [];
}

/** The fetch of a copy of undici. */
export function fetchOf({ module, major, version }: UndiciCopy): FetchCopy {
  return {
    name: `undici ${major} fetch`,
    client: 'fetch',
    clientVersion: version,
    undici: version,
    // Undici has types of its own for what is the same.
    fetch: module.fetch as unknown as typeof fetch,
    FormData: module.FormData,
    Agent: module.Agent,
  };
}

/** All ways to send with one copy of undici. */
export function undiciDrivers(copy: UndiciCopy): Driver[] {
  const { module } = copy;
  const { Agent, BalancedPool, Client, EnvHttpProxyAgent, Pool, ProxyAgent, RetryAgent, interceptors } =
    module;
  const agent = (options: DialOptions): Dispatcher => new Agent(dispatcherOptions(options));
  return [
    agentDriver(copy, 'request', agent, (dispatcher, message) =>
      byGlobalRequest(module, dispatcher, message),
    ),
    agentDriver(copy, 'stream', agent, (dispatcher, message) => byStream(module, dispatcher, message)),
    // A pipeline whose writable side is destroyed ends its request with an error of its own.
    {
      ...minus(
        agentDriver(copy, 'pipeline', agent, (dispatcher, message) =>
          byPipeline(module, dispatcher, message),
        ),
        'body errors',
      ),
      dialsLater: true,
    },
    fetchDriver(fetchOf(copy)),
    {
      ...originDriver(copy, 'Client', (origin, options) => new Client(origin, dispatcherOptions(options))),
      oneConnection: true,
    },
    {
      ...originDriver(copy, 'Pool', (origin, options) => new Pool(origin, dispatcherOptions(options))),
      queuesUnseen: true,
    },
    {
      ...minus(
        originDriver(
          copy,
          'BalancedPool',
          (origin, options) => new BalancedPool(origin, dispatcherOptions(options)),
        ),
        // Undici 8 leaves what waits there for ever when a dial fails.
        ...only(copy, 8, 'queues'),
      ),
      queuesUnseen: true,
    },
    minus(
      agentDriver(copy, 'ProxyAgent', async ({ connections, trusts }) => {
        const { port } = await proxyServer();
        const { connect } = dispatcherOptions(trusts === undefined ? {} : { trusts });
        return new ProxyAgent({
          uri: `http://127.0.0.1:${port}`,
          requestTls: connect as object,
          ...(connections !== undefined && { connections }),
        });
      }),
      'direct',
      'lookup',
      'unix',
      // Undici 8 dials the proxy for each request that it does not tunnel.
      ...only(copy, 8, 'queues'),
    ),
    minus(
      agentDriver(copy, 'EnvHttpProxyAgent', async ({ connections, trusts }) => {
        const { port } = await proxyServer();
        const { connect } = dispatcherOptions(trusts === undefined ? {} : { trusts });
        const proxy = `http://127.0.0.1:${port}`;
        return new EnvHttpProxyAgent({
          httpProxy: proxy,
          httpsProxy: proxy,
          noProxy: '',
          requestTls: connect as object,
          ...(connections !== undefined && { connections }),
        });
      }),
      'direct',
      'lookup',
      'unix',
      // Undici 8 dials the proxy for each request that it does not tunnel.
      ...only(copy, 8, 'queues'),
    ),
    plus(
      agentDriver(
        copy,
        'RetryAgent',
        (options) => new RetryAgent(agent(options), { minTimeout: 1, maxTimeout: 1 }),
      ),
      'retries',
    ),
    plus(
      agentDriver(copy, 'retry interceptor', (options) =>
        agent(options).compose(interceptors.retry({ minTimeout: 1, maxTimeout: 1 })),
      ),
      'retries',
    ),
    plus(
      agentDriver(copy, 'redirect interceptor', (options) =>
        agent(options).compose(interceptors.redirect({ maxRedirections: 3 })),
      ),
      'redirects',
    ),
  ];
}

/** `request()` of a copy of undici over HTTP/2. */
export function http2Driver(copy: UndiciCopy): Driver {
  const { module } = copy;
  const driver = agentDriver(
    copy,
    'request over HTTP/2',
    (options) => new module.Agent(dispatcherOptions(options, true)),
    (dispatcher, message) => byGlobalRequest(module, dispatcher, message),
  );
  return { ...minus(driver, 'queues'), http: '2', schemes: ['https'] };
}

async function byGlobalRequest(module: Undici, dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const { statusCode, body } = await module.request(message.url, { ...requestOptions(message), dispatcher });
  return { status: statusCode, body: await body.text() };
}

async function byStream(module: Undici, dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const chunks: Buffer[] = [];
  let status = 0;
  const options = { ...requestOptions(message), dispatcher } as Parameters<Undici['stream']>[1];
  await module.stream(message.url, options, ({ statusCode }) => {
    status = statusCode;
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
  });
  return { status, body: Buffer.concat(chunks).toString() };
}

async function byPipeline(module: Undici, dispatcher: Dispatcher, message: Message): Promise<Answer> {
  const { body, ...rest } = message;
  const chunks: Buffer[] = [];
  let status = 0;
  const options = { ...requestOptions({ ...rest, method: methodOf(message) }), dispatcher } as Parameters<
    Undici['pipeline']
  >[1];
  const duplex = module.pipeline(message.url, options, ({ statusCode, body: answer }) => {
    status = statusCode;
    return answer;
  });
  const source = typeof body === 'string' || body instanceof Uint8Array ? [body] : (body ?? []);
  await pipeline(streamOf(source as Iterable<unknown>), duplex, async (answer: AsyncIterable<Buffer>) => {
    for await (const chunk of answer) chunks.push(chunk);
  });
  return { status, body: Buffer.concat(chunks).toString() };
}
