import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';

import { answerAll } from '../helpers/scripted-server.ts';
import { OK, at, reply, replyAndClose, whole, type Scenario } from './kit.ts';

/** Exchanges that come to their end. */
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
