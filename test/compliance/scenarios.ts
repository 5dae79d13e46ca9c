import { once } from 'node:events';
import type http from 'node:http';
import type { RequestOptions } from 'node:https';
import net from 'node:net';

import type { Peer, Script } from '../helpers/scripted-server.ts';
import { answerAll } from '../helpers/scripted-server.ts';
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
function reply(text: string): Script {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    await peer.end();
    peer.close();
  };
}

/** Sends `text` after the first head, and ends. */
function replyAndClose(text: string): Script {
  return async (peer) => {
    await peer.head();
    peer.send(text);
    peer.close();
  };
}

async function silent(peer: Peer): Promise<void> {
  await peer.end();
  peer.close();
}

/** Resolves at `event`, also when an error comes first. */
function at(emitter: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

/** Ends `request` and reads its response as most programs do. */
async function whole(request: http.ClientRequest, body?: string): Promise<void> {
  request.on('error', () => {});
  request.on('response', (response: http.IncomingMessage) => response.on('error', () => {}).resume());
  request.end(body);
  await at(request, 'close');
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export const SCENARIOS: Scenario[] = [
  ...[false, true].map((secure): Scenario => ({
    title: `two requests on one connection${secure ? ' by https' : ''}`,
    secure,
    script: answerAll,
    play: async (kit) => {
      await whole(kit.request());
      await new Promise(setImmediate);
      await whole(kit.request());
    },
  })),
  {
    title: 'a chunked upload with trailers, answered in chunks with trailers',
    script: async (peer) => {
      await peer.head();
      await peer.bytes('3\r\none\r\n3\r\ntwo\r\n0\r\nX-End: 1\r\n\r\n'.length);
      peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n');
    },
    play: async (kit) => {
      const request = kit.request({ method: 'POST', headers: { Trailer: 'X-End' } });
      request.write('one');
      await at(request, 'socket');
      request.write('two');
      request.addTrailers({ 'X-End': '1' });
      await whole(request);
    },
  },
  {
    title: 'a request that expects a 100',
    script: async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 100 Continue\r\n\r\n');
      await peer.bytes(4);
      peer.send(OK);
    },
    play: async (kit) => {
      const request = kit.request({
        method: 'PUT',
        headers: { Expect: '100-continue', 'Content-Length': '4' },
      });
      request.flushHeaders();
      await at(request, 'continue');
      await whole(request, 'body');
    },
  },
  {
    title: 'informational responses',
    script: reply(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n${OK}`),
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a head that is written late',
    script: async (peer) => {
      await peer.head();
      await peer.bytes('4\r\nbody\r\n0\r\n\r\n'.length);
      peer.send(OK);
    },
    play: async (kit) => {
      const request = kit.request({ method: 'POST' });
      const [socket] = (await once(request, 'socket')) as [net.Socket]; // node:http's documentation
      await at(socket, 'connect');
      request.write('body');
      await whole(request);
    },
  },
  {
    title: 'a large upload and its back pressure',
    script: async (peer) => {
      await peer.head();
      await peer.bytes(400_000);
      peer.send(OK);
    },
    play: async (kit) => {
      const request = kit.request({ method: 'POST', headers: { 'Content-Length': '400000' } });
      kit.logger.note(request.write(Buffer.alloc(200_000, 'a')));
      await at(request, 'drain');
      await whole(request, 'b'.repeat(200_000));
    },
  },
  {
    title: 'three requests through one connection',
    agent: { maxSockets: 1 },
    script: answerAll,
    play: async (kit) => {
      await Promise.all([1, 2, 3].map(() => whole(kit.request())));
    },
  },
  {
    title: 'a queue whose connections close',
    agent: { maxSockets: 1 },
    script: replyAndClose('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
    play: async (kit) => {
      await Promise.all([1, 2, 3].map(() => whole(kit.request())));
    },
  },
  {
    title: 'a request without an agent',
    script: answerAll,
    play: (kit) => whole(kit.request({ agent: false })),
  },
  {
    title: 'a request over a connection of its own',
    script: answerAll,
    play: (kit) =>
      whole(kit.request({ agent: undefined, createConnection: () => net.connect(kit.port, '127.0.0.1') })),
  },
  {
    title: 'a response that ends with the connection',
    script: replyAndClose('HTTP/1.0 200 OK\r\n\r\nuntil the end'),
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a response that nobody listens for',
    script: reply(OK),
    play: async (kit) => {
      await at(kit.request().end(), 'close');
    },
  },
  {
    title: 'a response that nobody reads',
    script: reply(OK),
    play: async (kit) => {
      const request = kit.request().end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
      await new Promise(setImmediate);
      kit.logger.note(
        response.readableFlowing,
        response.complete,
        response.isPaused(),
        request.socket?.isPaused(),
      );
      response.on('error', () => {});
      request.destroy();
      await at(request, 'close');
    },
  },
  {
    title: 'a large response that nobody reads',
    script: reply(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`),
    play: async (kit) => {
      const request = kit.request().end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
      await at(response, 'readable');
      kit.logger.note(response.readableFlowing, response.complete);
      request.on('error', () => {});
      response.on('error', () => {});
      request.destroy();
      await at(request, 'close');
    },
  },
  {
    title: 'a connection that is refused',
    script: () => {},
    play: async (kit) => {
      // Nobody listens on port 1 of a loopback address.
      await whole(kit.request({ port: 1 }));
    },
  },
  {
    title: 'a connection that breaks before the response',
    script: async (peer) => {
      await peer.head();
      peer.reset();
    },
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a response that breaks off',
    script: replyAndClose('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'),
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a response that is not HTTP',
    script: reply('nonsense\r\n\r\n'),
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a response that is followed by nonsense',
    script: reply(`${OK}nonsense`),
    play: (kit) => whole(kit.request()),
  },
  {
    title: 'a request that is destroyed as soon as it was made',
    script: silent,
    play: async (kit) => {
      const request = kit.request();
      request.on('error', () => {});
      request.destroy();
      await at(request, 'close');
      // The agent may keep the connection that it had begun to open.
      kit.agent.destroy();
      await new Promise(setImmediate);
    },
  },
  {
    title: 'a request that is destroyed while it waits',
    script: silent,
    play: async (kit) => {
      const request = kit.request();
      request.on('error', () => {});
      request.end();
      await at(request, 'finish');
      request.destroy(new Error('enough'));
      await at(request, 'close');
    },
  },
  {
    title: 'a response that is destroyed in its body',
    script: reply('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'),
    play: async (kit) => {
      const request = kit.request().end();
      request.on('error', () => {});
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
      response.on('error', () => {});
      await at(response, 'data');
      response.destroy();
      await at(request, 'close');
    },
  },
  {
    title: 'a request whose signal aborts',
    script: silent,
    play: async (kit) => {
      const abort = new AbortController();
      const request = kit.request({ signal: abort.signal });
      request.on('error', () => {});
      request.end();
      await at(request, 'finish');
      abort.abort();
      await at(request, 'close');
    },
  },
  {
    title: 'a request that times out',
    script: silent,
    play: async (kit) => {
      const request = kit.request();
      request.on('error', () => {});
      request.end();
      await at(request, 'finish');
      request.setTimeout(1);
      await at(request, 'timeout');
      request.destroy();
      await at(request, 'close');
    },
  },
  ...[false, true].map((secure): Scenario => ({
    title: `a connection that is handed over by 101${secure ? ' of https' : ''}`,
    secure,
    script: async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nfirst');
      peer.send(await peer.bytes(4));
      await peer.end();
      peer.close();
    },
    play: async (kit) => {
      const request = kit.request({ headers: { Connection: 'Upgrade', Upgrade: 'x' } });
      request.end();
      const [, socket, head] = (await once(request, 'upgrade')) as [unknown, net.Socket, Buffer]; // node:http
      kit.logger.note(String(head), socket.readableFlowing, socket.isPaused());
      socket.write('echo');
      kit.logger.note(String(await at(socket, 'data')));
      socket.end();
      await at(socket, 'close');
    },
  })),
  {
    title: 'a tunnel by CONNECT',
    script: async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\n\r\n');
      peer.send(await peer.bytes(4));
      await peer.end();
      peer.close();
    },
    play: async (kit) => {
      const request = kit.request({ method: 'CONNECT', path: 'example.test:443' });
      request.end();
      const [, socket] = (await once(request, 'connect')) as [unknown, net.Socket]; // node:http
      socket.write('echo');
      kit.logger.note(String(await at(socket, 'data')));
      socket.end();
      await at(socket, 'close');
    },
  },
];
