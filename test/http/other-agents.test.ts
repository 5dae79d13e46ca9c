import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Context, observe, runWithClientTrace, withClientTrace } from '../../src/index.ts';
import { proxyServer } from '../helpers/proxy-server.ts';
import { recordings, type WatchMode } from '../helpers/recordings.ts';
import { answerAll, scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { errorOf, finish, get, httpAgent, open, read, responseOf } from './exchange.ts';

const MODES: WatchMode[] = ['context', 'observe'];

/** Agents of agent-base 6, which is no subclass of `http.Agent`; axios brings it. */
const requireOfAxios = createRequire(createRequire(import.meta.url).resolve('axios'));
const createAgent = requireOfAxios('agent-base') as (
  connect: (request: http.ClientRequest, options: { port: number }) => net.Socket | Promise<net.Socket>,
) => http.Agent;
const { HttpsProxyAgent: HttpsProxyAgent5 } = requireOfAxios('https-proxy-agent') as {
  HttpsProxyAgent: new (proxy: string) => http.Agent;
};

describe.each(MODES)('a request by an agent that is no http.Agent, watched by %s', (mode) => {
  it('is told whole', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = createAgent((_request, options) => net.connect(options.port, '127.0.0.1'));
    await traced.watch(mode, () => get(server.origin, { agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', server.hostPort, null]);
    expect(recorder!.the('gotConn').args[0]).toMatchObject({ reused: false, wasIdle: false });
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('is told whole through a proxy', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const proxy = await proxyServer();
    const agent = new HttpsProxyAgent5(proxy.origin);
    await traced.watch(mode, () => get(server.origin, { agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', proxy.hostPort, null]);
  });

  it('ends when the agent has no connection for it', async () => {
    const traced = recordings();
    const refusal = new Error('no connection today');
    const agent = createAgent(() => Promise.reject(refusal));
    const err = await traced.watch(mode, () => errorOf(open('http://127.0.0.1:1/', { agent }).end()));
    const recorders = await traced.settled();
    expect(err).toBe(refusal);
    // Without the channel `http.client.request.created` (Node 20) such a request is seen when it has its socket.
    for (const recorder of recorders) {
      expect(recorder.names).toEqual(['roundTripStart', 'getConn', 'roundTripDone']);
      expect(recorder.the('roundTripDone').args).toEqual([{ err: refusal }]);
    }
  });

  it('is told whole when the agent is an object with addRequest alone', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = {
      protocol: 'http:',
      defaultPort: 80,
      addRequest(request: http.ClientRequest) {
        request.onSocket(net.connect(server.port, '127.0.0.1'));
      },
    };
    // node:http asks an agent for no more than that.
    await traced.watch(mode, () => get(server.origin, { agent: agent as unknown as http.Agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.the('connectDone').args).toEqual(['tcp', server.hostPort, null]);
    expect(recorder!.the('gotConn').args[0]).toMatchObject({ reused: false });
  });
});

describe('an agent', () => {
  it('that takes host and port apart, as old ones do, is understood', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    class OldAgent extends http.Agent {
      addRequest(request: http.ClientRequest, options: { host: string; port: number }): void {
        const original: unknown = Reflect.get(http.Agent.prototype, 'addRequest');
        if (typeof original === 'function')
          Reflect.apply(original, this, [request, options.host, options.port]);
      }
    }
    const agent = new OldAgent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await traced.run(() => get(server.origin, { agent }));
    const [recorder] = await traced.settled();
    expect(recorder!.the('getConn').args).toEqual([server.hostPort]);
  });

  it('without keep-alive hands its connection to requests that wait, and then closes it', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = httpAgent({ keepAlive: false, maxSockets: 1 });
    await traced.run(() => Promise.all([1, 2, 3].map(() => get(server.origin, { agent }))));
    const recorders = await traced.settled();
    expect(recorders.map((recorder) => recorder.the('gotConn').args[0].reused)).toEqual([false, true, true]);
    expect(recorders.map((recorder) => recorder.all('putIdleConn').map(({ args }) => args[0]))).toEqual([
      [null],
      [null],
      [],
    ]);
    expect(server.peers).toHaveLength(1);
  });
});

describe('a request', () => {
  it('for a plain proxy, which names the whole URL, has that URL', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const proxy = await proxyServer();
    const path = `${server.origin}/a?b`;
    await traced.run(() => get(proxy.origin, { agent: httpAgent(), path }));
    const [recorder] = await traced.settled();
    expect(recorder!.info.url).toBe(path);
    expect(recorder!.the('getConn').args).toEqual([proxy.hostPort]);
  });

  it('whose signal was aborted before it was made ends', async () => {
    const traced = recordings();
    const request = traced.run(() =>
      open('http://127.0.0.1:1/', { agent: httpAgent(), signal: AbortSignal.abort() }),
    );
    const err = await errorOf(request.end());
    const [recorder] = await traced.settled();
    expect(err.name).toBe('AbortError');
    expect(recorder!.the('roundTripDone').args[0].err).toBe(err);
  });

  it('that the server answers before it is written is told as it happens', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      peer.send('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      peer.close();
      await peer.end();
    });
    const request = traced.run(() => open(server.origin, { agent: httpAgent(), method: 'POST' }));
    request.on('error', () => {});
    const response = await responseOf(request);
    await read(response);
    request.destroy();
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotResponse').args[0].status).toBe(408);
    expect(recorder!.has('wroteHeaders')).toBe(false);
    expect(recorder!.the('wroteRequest').args[0].err).toBeInstanceOf(Error);
  });

  it.each(MODES)('that the factory leaves out is asked for once and not watched, by %s', async (mode) => {
    const server = await scriptedServer(answerAll);
    let asked = 0;
    const factory = (): undefined => void asked++;
    const observer = mode === 'observe' ? observe(factory) : undefined;
    const exchange = (): Promise<unknown> => get(server.origin, { agent: httpAgent({ maxSockets: 1 }) });
    await (mode === 'observe' ? exchange() : runWithClientTrace(factory, exchange));
    observer?.[Symbol.dispose]();
    expect(asked).toBe(1);
  });

  it('that was made before its trace is not told', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const request = open(server.origin, { agent: httpAgent() });
    await traced.run(() => finish(request));
    expect(traced.roundTrips).toEqual([]);
  });

  it('is told to the trace of the context in which it was made, wherever it is ended', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const request = traced.run(() => open(server.origin, { agent: httpAgent() }));
    const other = withClientTrace(Context.background, {
      gotConn: () => expect.fail('called for a request of another context'),
    });
    await other.run(() => finish(request));
    await traced.settled();
    expect(traced.roundTrips).toHaveLength(1);
  });
});

describe('a connection that is no HTTP', () => {
  it('is told to nobody, though it was opened in a traced context', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer: Peer) => {
      peer.send(await peer.bytes(4));
    });
    await traced.run(async () => {
      const socket = net.connect(server.port, '127.0.0.1');
      socket.write('ping');
      const [pong] = (await once(socket, 'data')) as [Buffer]; // of 'data'
      expect(String(pong)).toBe('ping');
      socket.destroy();
    });
    expect(traced.roundTrips).toEqual([]);
  });
});
