import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AgentClass } from './fetch-agent.ts';
import { abortReason, receiveBody } from './receive-body.ts';
import type { RequestSpec, ResponseHead, Sender, SenderOptions, SendOptions } from './send.ts';
import { agentOptions, connectorOptions, UndiciAgents } from './undici-agents.ts';

/** Sends with the global fetch of the running Node, over an agent of the same undici. */
export class FetchSender implements Sender {
  readonly #agents: UndiciAgents<InstanceType<AgentClass>>;

  constructor(options: SenderOptions, FetchAgent: AgentClass) {
    this.#agents = new UndiciAgents(options, (destination, signal) => {
      const connect = connectorOptions(destination, options, signal);
      // Whether it offers HTTP/2 by itself depends on the Node, and is what the user wants to see.
      const offer = options.httpVersion === '1.1' ? { allowH2: false } : {};
      return new FetchAgent({ ...agentOptions(options), ...offer, connect });
    });
  }

  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    const { signal } = options;
    return this.#agents.use(request.url, async (dispatcher) => {
      signal.throwIfAborted();
      const cancel = (): void => this.#agents.cancel(abortReason(signal));
      const answer = fetch(request.url, { ...requestInit(request), dispatcher, signal });
      signal.addEventListener('abort', cancel);
      try {
        const response = await answer;
        const head = headOf(response);
        const { body } = response;
        await receiveBody(body === null ? Readable.from([]) : Readable.fromWeb(body), head, options);
        // Its pool has the connection back a turn after the body's end; programs seldom ask again so soon.
        await turn();
        return head;
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    });
  }

  close(): void {
    this.#agents.close();
  }
}

/** It asks for compressed bodies always, for those that it knows. */
function requestInit({ method, header, body }: RequestSpec): RequestInit {
  return {
    method,
    headers: header.map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  };
}

function headOf({ status, headers }: Response): ResponseHead {
  return {
    status,
    // Its body has been decompressed.
    field: (name) => (name === 'content-encoding' ? undefined : (headers.get(name) ?? undefined)),
  };
}
