import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { observe, runWithClientTrace, uninstall } from '../../src/index.ts';
import { shared } from '../../src/trace/shared.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer, type Peer } from '../helpers/scripted-server.ts';
import { get, httpAgent, httpsAgent, open, read, responseOf } from '../http/exchange.ts';

/** What the probes wrap. */
const PROTOTYPES = [
  http.Agent.prototype,
  http.ClientRequest.prototype,
  net.Socket.prototype,
  tls.TLSSocket.prototype,
];

function methods(): unknown {
  return PROTOTYPES.map((prototype) => Object.entries(Object.getOwnPropertyDescriptors(prototype)));
}

/** Wraps a method as other tools do, and takes that back when the test has finished. */
function wrapOnTop(prototype: object, name: string): void {
  const before = Object.getOwnPropertyDescriptor(prototype, name);
  const original = Reflect.get(prototype, name) as (...args: unknown[]) => unknown; // it is a method
  Reflect.set(prototype, name, function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(original, this, args);
  });
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(prototype, name);
    else Object.defineProperty(prototype, name, before);
  });
}

function wrapAllOnTop(): void {
  for (const name of ['addRequest', 'createSocket']) wrapOnTop(http.Agent.prototype, name);
  for (const name of ['onSocket', 'emit']) wrapOnTop(http.ClientRequest.prototype, name);
  wrapOnTop(net.Socket.prototype, 'connect');
  wrapOnTop(tls.TLSSocket.prototype, '_start');
}

/** Sends a 103 before each answer. */
async function hintAndAnswer(peer: Peer): Promise<void> {
  for (;;) {
    await peer.head();
    peer.send('HTTP/1.1 103 Early Hints\r\n\r\n');
    peer.respond();
  }
}

afterEach(() => uninstall());

describe('uninstall', () => {
  it('does nothing when nothing is installed', () => {
    const before = methods();
    uninstall();
    expect(methods()).toEqual(before);
    expect(shared().probes).toBeUndefined();
  });

  it('puts back every method exactly as it was', () => {
    const before = methods();
    using _ = observe(() => undefined);
    expect(methods()).not.toEqual(before);
    uninstall();
    expect(methods()).toEqual(before);
  });

  it('keeps the names and lengths of the methods meanwhile', () => {
    const shapes = (): unknown =>
      [http.Agent.prototype, http.ClientRequest.prototype, net.Socket.prototype].map((prototype) =>
        ['addRequest', 'createSocket', 'onSocket', 'emit', 'connect'].map((name) => {
          const method: unknown = Reflect.get(prototype, name);
          return typeof method === 'function' ? [method.name, method.length] : undefined;
        }),
      );
    const before = shapes();
    using _ = observe(() => undefined);
    expect(shapes()).toEqual(before);
  });

  it('stops all watching until the next use installs again', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const agent = httpAgent();
    using _ = observe(traced.observer);
    await get(server.origin, { agent });
    uninstall();
    await get(server.origin, { agent });
    expect(traced.roundTrips).toHaveLength(1);
    using _again = observe(() => undefined);
    await get(server.origin, { agent });
    expect(traced.roundTrips).toHaveLength(2);
  });

  it.each(['http', 'https'])(
    'passes through where somebody has wrapped its methods since, and %s requests are told of once after it',
    async (scheme) => {
      const traced = recordings();
      const server = await scriptedServer(hintAndAnswer, { tls: scheme === 'https' });
      const once = { agent: false, ...(scheme === 'https' && { agent: httpsAgent({ keepAlive: false }) }) };
      using _ = observe(traced.observer);
      wrapAllOnTop();
      uninstall();
      const wrapped = methods();
      await get(server.origin, once);
      expect(traced.roundTrips).toHaveLength(0);
      expect(methods()).toEqual(wrapped);
      using _again = observe(() => undefined);
      await get(server.origin, once);
      await traced.settled();
      expect(traced.only.names).toEqual([
        'roundTripStart',
        'getConn',
        'connectStart',
        'connectDone',
        ...(scheme === 'https' ? ['tlsHandshakeStart', 'tlsHandshakeDone'] : []),
        'gotConn',
        'wroteHeaderField',
        'wroteHeaderField',
        'wroteHeaders',
        'wroteRequest',
        'gotFirstResponseByte',
        'got1xxResponse',
        'gotResponse',
        'gotLastResponseByte',
        'roundTripDone',
      ]);
    },
  );

  it('installs anew where somebody has put back what was there before', async () => {
    const traced = recordings();
    const server = await scriptedServer(answerAll);
    const pristine = Object.getOwnPropertyDescriptor(http.Agent.prototype, 'addRequest');
    using _ = observe(traced.observer);
    wrapOnTop(http.Agent.prototype, 'addRequest');
    uninstall();
    Object.defineProperty(http.Agent.prototype, 'addRequest', pristine ?? {});
    using _again = observe(() => undefined);
    await get(server.origin, { agent: httpAgent() });
    await traced.settled();
    expect(traced.only.info.method).toBe('GET');
  });

  it('leaves round trips that are under way to end with their connection', async () => {
    const traced = recordings();
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond();
      peer.close();
    });
    const request = traced.run(() => open(server.origin, { agent: false }));
    request.end();
    const recorder = await traced.at(0);
    await recorder.when('wroteRequest');
    uninstall();
    expect(await read(await responseOf(request))).toBe('ok');
    await traced.settled();
    expect(recorder.names.at(-1)).toBe('roundTripDone');
  });
});

describe('installing', () => {
  it('happens at the first use of a context trace, too, and once', () => {
    const before = methods();
    runWithClientTrace({}, () => {});
    const installed = methods();
    expect(installed).not.toEqual(before);
    runWithClientTrace({}, () => {});
    expect(methods()).toEqual(installed);
  });
});
