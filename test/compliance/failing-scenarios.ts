import { once } from 'node:events';
import type http from 'node:http';

import { OK, at, reply, replyAndClose, silent, whole, type Scenario } from './kit.ts';

/** Exchanges that fail, or that the program ends early. */
export const FAILING_SCENARIOS: Scenario[] = [
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
];
