import { once } from 'node:events';
import type http from 'node:http';
import net from 'node:net';
import { Agent } from 'agent-base';
import { describe, expect, it, onTestFinished } from 'vitest';

import { observe, uninstall } from '../../src/index.ts';
import { type WatchMode, recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, get, open } from './exchange.ts';

const MODES: WatchMode[] = ['context', 'observe'];

/** What an agent does to have a connection to `port`. */
type Dial = (port: number) => Promise<net.Socket> | net.Socket;

/** An agent built on agent-base that dials by `dial`. */
function agentThat(dial: Dial, options: http.AgentOptions = {}): Agent {
  class TestAgent extends Agent {
    override async connect(_request: http.ClientRequest, { port }: { port?: unknown }): Promise<net.Socket> {
      return dial(Number(port));
    }
  }
  const agent = new TestAgent({ keepAlive: true, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}

const refusal = new Error('not by this proxy');

/** Connects, and gives up then. */
async function refuse(port: number): Promise<never> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  throw refusal;
}

describe.each(MODES)('a request by an agent with a `connect` method, watched by %s', (mode) => {
  it('is told the dial of a connection that it does not get', async () => {
    const traced = recordings();
    const { origin, hostPort } = await scriptedServer(answerAll);
    const err = await traced.watch(mode, () => errorOf(open(origin, { agent: agentThat(refuse) }).end()));
    const [recorder] = await traced.settled();
    expect(err).toBe(refusal);
    expect(recorder!.names).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      'roundTripDone',
    ]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', hostPort, null]);
    expect(recorder!.the('roundTripDone').args).toEqual([{ err: refusal }]);
  });

  it('is told its own dial, when others are opened at the same time', async () => {
    const traced = recordings();
    const servers = await Promise.all([1, 2, 3].map(() => scriptedServer(answerAll)));
    const agent = agentThat(refuse);
    await traced.watch(mode, () =>
      Promise.all(servers.map(({ origin }) => errorOf(open(origin, { agent }).end()))),
    );
    const recorders = await traced.settled();
    expect(recorders.map((recorder) => recorder.the('connectDone').args[1])).toEqual(
      servers.map(({ hostPort }) => hostPort),
    );
  });

  it('is told its dial as it happens', async () => {
    const traced = recordings();
    const { origin } = await scriptedServer(answerAll);
    let toldBefore: boolean | undefined;
    const agent = agentThat(async (port) => {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      toldBefore = traced.only.has('connectDone');
      return socket;
    });
    await traced.watch(mode, () => get(origin, { agent }));
    await traced.settled();
    expect(toldBefore).toBe(true);
    expect(traced.only.all('connectDone')).toHaveLength(1);
  });

  it('is told the dial that waited for another request to end', async () => {
    const traced = recordings();
    const { origin, peers } = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      peer.close();
    });
    const agent = agentThat((port) => net.connect(port, '127.0.0.1'), { maxSockets: 1 });
    await traced.watch(mode, () => Promise.all([1, 2].map(() => get(origin, { agent }))));
    const recorders = await traced.settled();
    expect(recorders.map((recorder) => recorder.all('connectDone').length)).toEqual([1, 1]);
    expect(peers).toHaveLength(2);
  });

  it('is told the dial of the agent that its agent hands it over to', async () => {
    const traced = recordings();
    const { origin, hostPort } = await scriptedServer(answerAll);
    const inner = agentThat(refuse);
    // As proxy-agent does; agent-base takes an agent for a socket, and its types say so.
    const outer = agentThat(() => inner as unknown as net.Socket);
    await traced.watch(mode, () => errorOf(open(origin, { agent: outer }).end()));
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.the('connectDone').args).toEqual(['tcp', hostPort, null]);
  });
});

describe('the class of an agent with a `connect` method', () => {
  it('is as it was when httptrace has been uninstalled', async () => {
    const { origin } = await scriptedServer(answerAll);
    const agent = agentThat(refuse);
    const prototype = Object.getPrototypeOf(agent) as object;
    const before = Object.getOwnPropertyDescriptor(prototype, 'connect');
    const observer = observe(() => ({ getConn() {} }));
    onTestFinished(() => observer[Symbol.dispose]());
    await errorOf(open(origin, { agent }).end());
    expect(Object.getOwnPropertyDescriptor(prototype, 'connect')).not.toEqual(before);
    uninstall();
    expect(Object.getOwnPropertyDescriptor(prototype, 'connect')).toEqual(before);
  });

  it('is left alone while nobody traces', async () => {
    const { origin } = await scriptedServer(answerAll);
    const agent = agentThat(refuse);
    const prototype = Object.getPrototypeOf(agent) as object;
    const before = Object.getOwnPropertyDescriptor(prototype, 'connect');
    recordings().run(() => {});
    await errorOf(open(origin, { agent }).end());
    expect(Object.getOwnPropertyDescriptor(prototype, 'connect')).toEqual(before);
  });
});
