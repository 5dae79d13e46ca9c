import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import type { HookName } from '../../src/trace/hooks.ts';
import type { Body } from './drivers/driver.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { targets } from './drivers/table.ts';
import { answering, silent, type Handler } from './origin.ts';
import { atRest, behaviour, CLOSED_PORT, failure, gate, scene } from './scene.ts';

/** How far a request has come when it is aborted. */
interface Stage {
  readonly title: string;
  /** The last of these hooks has been called, the next ones never are. */
  readonly reached: HookName;
  readonly missing: readonly HookName[];
  readonly handler: Handler;
  readonly body?: () => Body;
}

/** A chunk, and then nothing. */
function stalling(): Readable {
  const body = new Readable({ read() {} });
  body.push('one');
  return body;
}

const STAGES: Stage[] = [
  {
    title: 'while it waits for the response',
    reached: 'wroteRequest',
    missing: ['gotFirstResponseByte', 'gotResponse'],
    handler: silent,
  },
  {
    title: 'in its body',
    reached: 'wroteHeaders',
    missing: ['gotFirstResponseByte', 'gotResponse'],
    handler: silent,
    body: stalling,
  },
  {
    title: 'in the body of the response',
    reached: 'gotResponse',
    missing: ['gotLastResponseByte', 'putIdleConn'],
    handler: (served) => served.begin('ok', { 'content-length': '9' }),
  },
];

behaviour('a request', targets(['signal', 'stream body'], { without: ['retries'] }), (target) => {
  it.each(STAGES)(
    'that is aborted $title ends with the reason',
    async ({ reached, missing, handler, body }) => {
      const { traced, server, watched } = await scene(target, handler);
      const abort = new AbortController();
      const answered = failure(
        watched({ url: `${server.url}/`, signal: abort.signal, ...(body !== undefined && { body: body() }) }),
      );
      const recorder = await traced.at(0);
      await recorder.when(reached);
      abort.abort();
      const error = await answered;
      await traced.settled();
      for (const name of missing) expect(recorder.names).not.toContain(name);
      expect(error).toMatchObject({ name: 'AbortError' });
      expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
      expect(recorder.all('wroteRequest')).toHaveLength(1);
    },
  );

  it('that was aborted before it was made has no hooks, or ends at once', async () => {
    const { traced, server, watched } = await scene(target, answering);
    const error = await failure(watched({ url: `${server.url}/`, signal: AbortSignal.abort() }));
    const recorders = await traced.settled();
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(recorders.length).toBeLessThanOrEqual(1);
    for (const recorder of recorders) {
      expect(recorder.has('wroteHeaders')).toBe(false);
      expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
    }
  });

  it('that is aborted while it dials ends once, and so does the dial', async () => {
    const { traced, server, watched } = await scene(target, silent);
    const abort = new AbortController();
    const answered = failure(watched({ url: `${server.url}/`, signal: abort.signal }));
    const recorder = await traced.at(0);
    await recorder.when('connectStart');
    abort.abort();
    expect(await answered).toMatchObject({ name: 'AbortError' });
    await traced.settled();
    expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
    expect(recorder.has('gotFirstResponseByte')).toBe(false);
  });

  it('that is aborted in a queue ends without a connection', async () => {
    if (!target.driver.can.has('queues') || target.driver.queuesUnseen === true) return;
    const first = gate();
    const { traced, server, send, watched } = await scene(
      target,
      async (served) => {
        await first.opened;
        served.respond();
      },
      { connections: 1 },
    );
    const earlier = send({ url: `${server.url}/1` });
    const abort = new AbortController();
    const answered = failure(watched({ url: `${server.url}/2`, signal: abort.signal }));
    const recorder = await traced.at(0);
    abort.abort();
    first.open();
    await earlier;
    expect(await answered).toMatchObject({ name: 'AbortError' });
    await traced.settled();
    expect(recorder.has('wroteHeaders')).toBe(false);
    expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
  });
});

/** Hooks in which nothing has been answered yet. */
const BEFORE_ANSWERS: HookName[] = ['roundTripStart', 'getConn', 'gotConn', 'wroteHeaders', 'wroteRequest'];

behaviour('a request', targets(['signal'], { without: ['retries'] }), (target) => {
  it.each(BEFORE_ANSWERS)(
    'that its %s hook aborts ends with the reason, and nothing else does',
    async (hook) => {
      const { traced, server, send, watched } = await scene(target, answering);
      const url = `${server.url}/`;
      // On a kept connection of HTTP/2 undici 8 throws an uncaught error when it is destroyed later, watched or not.
      const isFetch2 = target.driver.client === 'fetch' && target.driver.http === '2';
      for (const connection of isFetch2 ? ['new'] : ['new', 'kept']) {
        if (connection === 'kept') expect(await send({ url })).toEqual({ status: 200, body: 'ok' });
        await atRest();
        const abort = new AbortController();
        const aborting = { [hook]: () => abort.abort() };
        const error = await failure(
          runWithClientTrace(aborting, () => watched({ url, signal: abort.signal })),
        );
        expect(error, connection).toMatchObject({ name: 'AbortError' });
        const recorder = (await traced.settled()).at(-1);
        expect(recorder!.names).toContain(hook);
        expect(recorder!.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
      }
      expect(await send({ url })).toEqual({ status: 200, body: 'ok' });
    },
  );
});

/** A lookup that answers when it is told to. */
function heldLookup(): { readonly lookup: LookupFunction; answer(): void } {
  const held = gate();
  return {
    lookup: (_host, options, callback) => {
      void held.opened.then(() => {
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      });
    },
    answer: () => held.open(),
  };
}

behaviour('a request', targets(['signal', 'lookup'], { without: ['retries'] }), (target) => {
  it('that is aborted during its lookup has each hook of its dial ended once', async () => {
    const { lookup, answer } = heldLookup();
    const { traced, server, watched } = await scene(target, silent, { lookup });
    const abort = new AbortController();
    const answered = failure(
      watched({ url: `${target.scheme}://example.test:${server.port}/`, signal: abort.signal }),
    );
    const recorder = await traced.at(0);
    await recorder.when('dnsStart');
    await new Promise(setImmediate);
    abort.abort();
    // Some clients tell their callers only when the dial has ended: docs/fidelity.md, abort-waits-for-dial.
    answer();
    expect(await answered).toMatchObject({ name: 'AbortError' });
    await traced.settled();
    expect(recorder.all('dnsDone')).toHaveLength(1);
    expect(recorder.the('dnsDone').args[0].err === null).toBe(!target.driver.dialEndsWithRequest);
    expect(recorder.has('wroteHeaders')).toBe(false);
    expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ name: 'AbortError' });
  });
});

behaviour('a request', targets(['signal', 'direct'], { scheme: 'https', without: ['retries'] }), (target) => {
  it('that is aborted in its TLS handshake has the handshake ended once', async () => {
    const traced = recordings();
    const aborted = gate();
    const server = await scriptedServer(async (peer) => {
      await peer.bytes(1);
      await aborted.opened;
      peer.close();
    });
    const send = await target.driver.make();
    const abort = new AbortController();
    const answered = failure(
      traced.watch(target.mode, () => send({ url: `https://${server.hostPort}/`, signal: abort.signal })),
    );
    const recorder = await traced.at(0);
    await recorder.when('tlsHandshakeStart');
    abort.abort();
    aborted.open();
    const error = await answered;
    await traced.settled();
    const [, err] = recorder.the('tlsHandshakeDone').args;
    expect(err).toBeInstanceOf(Error);
    expect(recorder.has('gotConn')).toBe(false);
    // docs/fidelity.md, abort-waits-for-dial: then it is the dial that ends the request, whatever fetch says before.
    expect([err, target.driver.reason(error)]).toContain(recorder.the('roundTripDone').args[0].err);
  });
});

behaviour('a refused request', targets(['signal', 'direct'], { without: ['retries'] }), (target) => {
  it('whose abort comes too late has the first error', async () => {
    const { traced, watched } = await scene(target, answering);
    const abort = new AbortController();
    const url = `${target.scheme}://127.0.0.1:${CLOSED_PORT}/`;
    const error = await failure(watched({ url, signal: abort.signal }));
    abort.abort();
    const [recorder] = await traced.settled();
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});
