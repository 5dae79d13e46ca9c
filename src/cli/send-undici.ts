import type * as Undici from 'undici';
import type { Dispatcher } from 'undici';
import { limitConnecting } from './connect-limit.ts';
import type { Destination } from './destination.ts';
import { abortReason, receiveBody } from './receive-body.ts';
import { requestFields } from './request-fields.ts';
import type { RequestSpec, ResponseHead, Sender, SenderOptions, SendOptions } from './send.ts';
import { Tunnels } from './tunnel.ts';
import { agentOptions, UndiciAgents } from './undici-agents.ts';
import { connectorTo } from './undici-connect.ts';

/** Sends with the undici of this package: HTTP/2 where the server has it, by ALPN. */
export class UndiciSender implements Sender {
  readonly #options: SenderOptions;
  readonly #undici: typeof Undici;
  readonly #agents: UndiciAgents<Dispatcher>;
  readonly #tunnels = new Tunnels();

  constructor(options: SenderOptions, undici: typeof Undici) {
    this.#options = options;
    this.#undici = undici;
    this.#agents = new UndiciAgents(options, (destination, signal) => this.#makeAgent(destination, signal));
  }

  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    const { signal } = options;
    return this.#agents.use(request.url, async (agent, destination) => {
      signal.throwIfAborted();
      const cancel = (): void => this.#cancel(abortReason(signal));
      const answer = agent.request({ ...requestOptions(request, destination), signal });
      // Only now, after undici's own listener: it ends what has a connection, this the others.
      signal.addEventListener('abort', cancel);
      try {
        const response = await answer;
        const head = headOf(response);
        await receiveBody(response.body, head, options);
        return head;
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    });
  }

  close(): void {
    this.#agents.close();
  }

  #makeAgent(destination: Destination, signal: AbortSignal): Dispatcher {
    const { Agent, buildConnector } = this.#undici;
    const connect = connectorTo(destination, {
      buildConnector,
      options: this.#options,
      tunnels: this.#tunnels,
      signal,
    });
    return new Agent({
      ...agentOptions(this.#options),
      allowH2: this.#options.httpVersion !== '1.1',
      connect: (target, callback) => {
        const stop = limitConnecting(this.#options.connectTimeout, (reason) => this.#cancel(reason));
        connect(target, (...result) => {
          stop();
          callback(...result);
        });
      },
    });
  }

  #cancel(reason: Error): void {
    this.#agents.cancel(reason);
    this.#tunnels.cancel(reason);
  }
}

/** For http a proxy gets the request itself, with the whole URL in its first line (RFC 9112 section 3.2.2). */
function requestOptions(
  request: RequestSpec,
  { proxy, secure }: Destination,
): Omit<Dispatcher.RequestOptions, 'signal'> {
  const { method, url, body } = request;
  const path = url.pathname + url.search;
  const fields = requestFields(request);
  const forwarded = proxy !== undefined && !secure;
  if (forwarded && proxy.authorization !== undefined)
    fields.push(['Proxy-Authorization', proxy.authorization]);
  return {
    origin: forwarded ? originOf(proxy) : url.origin,
    path: forwarded ? `${url.origin}${path}` : path,
    method: method,
    headers: fields.flat(),
    responseHeaders: 'raw',
    ...(body === undefined ? {} : { body }),
  };
}

function originOf({ host, port, secure }: NonNullable<Destination['proxy']>): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function headOf({ statusCode, headers }: Dispatcher.ResponseData): ResponseHead {
  // Names and values in turn, as `responseHeaders: 'raw'` gives them; undici's types tell of objects only.
  const raw = headers as unknown as readonly string[];
  return {
    status: statusCode,
    field(name) {
      const at = raw.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
      const value = at === -1 ? undefined : raw[at + 1];
      // undici reads UTF-8; a head is bytes.
      return value === undefined ? undefined : Buffer.from(value, 'utf8').toString('latin1');
    },
  };
}
