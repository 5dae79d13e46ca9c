import type { Dispatcher } from 'undici';
import { hostPort } from '../events/host-port.ts';
import type { Destination } from './destination.ts';
import type { UndiciParts } from './load-undici.ts';
import { abortReason, receiveBody } from './receive-body.ts';
import { requestFields } from './request-fields.ts';
import type { RequestSpec, ResponseHead, Sender, SenderOptions, SendOptions } from './send.ts';
import { agentOptions, UndiciAgents } from './undici-agents.ts';
import { connectorTo } from './undici-connect.ts';

/** Sends with the undici of this package: HTTP/2 where the server has it, by ALPN. */
export class UndiciSender implements Sender {
  readonly #options: SenderOptions;
  readonly #undici: UndiciParts;
  readonly #agents: UndiciAgents<Dispatcher>;

  constructor(options: SenderOptions, undici: UndiciParts) {
    this.#options = options;
    this.#undici = undici;
    this.#agents = new UndiciAgents(options, (destination, signal) => this.#makeAgent(destination, signal));
  }

  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    const { signal } = options;
    return this.#agents.use(request.url, async (agent, destination) => {
      signal.throwIfAborted();
      // Not by undici's own `signal`: that waits for a connection that is being made, and forgets the reason later.
      const cancel = (): void => this.#agents.cancel(abortReason(signal));
      signal.addEventListener('abort', cancel);
      try {
        const response = await this.#undici.request.call(agent, requestOptions(request, destination));
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
      signal,
    });
    return new Agent({
      ...agentOptions(this.#options),
      allowH2: this.#options.httpVersion !== '1.1',
      connect,
    });
  }
}

/** For http a proxy gets the request itself, with the whole URL in its first line (RFC 9112 section 3.2.2). */
function requestOptions(request: RequestSpec, { proxy, secure }: Destination): Dispatcher.RequestOptions {
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
  return `${secure ? 'https' : 'http'}://${hostPort(host, port)}`;
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
