import { once } from 'node:events';
import type http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Recorder, observe, record } from '../../src/index.ts';
import { appServer } from '../helpers/app-server.ts';
import { errorOf, httpAgent, open, read, responseOf } from '../http/exchange.ts';

/** Names of those of `references` that live on after garbage collection. */
async function retained(references: Readonly<Record<string, WeakRef<object>>>): Promise<string[]> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run it in the vitest project `memory`, which exposes gc');
  let left: string[] = [];
  // What is queued in the event loop holds on to its arguments until it has run, and a WeakRef until its turn has ended.
  for (let turn = 0; turn < 10; turn++) {
    await new Promise(setImmediate);
    gc();
    left = Object.keys(references).filter((name) => references[name]?.deref() !== undefined);
    if (left.length === 0) break;
  }
  return left;
}

type References = Record<string, WeakRef<object>>;

/** A GET that is read to its end, as weak references to what it was made of. */
async function exchange(origin: string, agent: http.Agent): Promise<References> {
  const request = open(origin, { agent }).end();
  const response = await responseOf(request);
  await read(response);
  return { request: new WeakRef(request), response: new WeakRef(response) };
}

async function ok(): Promise<string> {
  return (await appServer((_request, response) => response.end('ok'))).origin;
}

describe('after the end of a round trip', () => {
  it('record() leaves nothing behind on a connection that is kept', async () => {
    const origin = await ok();
    const agent = httpAgent();
    async function run(): Promise<References> {
      let references: References = {};
      const { records } = await record(async () => {
        references = await exchange(origin, agent);
      });
      return { ...references, record: new WeakRef(records[0]!) };
    }
    const first = await run();
    const second = await run();
    expect(Object.values(agent.freeSockets)).toHaveLength(1);
    expect(await retained(first)).toEqual([]);
    expect(await retained(second)).toEqual([]);
  });

  it('a recorder that is gone is not kept by a connection that is', async () => {
    const origin = await ok();
    const agent = httpAgent();
    async function run(): Promise<References> {
      const recorder = new Recorder();
      // Whatever was opened in its context would keep that, and by it the recorder: AsyncLocalStorage works so.
      const observer = observe(recorder.factory);
      await exchange(origin, agent);
      await recorder.flush();
      observer[Symbol.dispose]();
      return { recorder: new WeakRef(recorder), record: new WeakRef(recorder.records[0]!) };
    }
    const references = await run();
    expect(await retained(references)).toEqual([]);
    expect(Object.values(agent.freeSockets)).toHaveLength(1);
  });

  it('a recorder that lives on keeps no request, response, connection or record that it gave', async () => {
    const origin = await ok();
    const references: References = {};
    const recorder = new Recorder({
      limit: 0,
      onRecord: (one) => void (references.record = new WeakRef(one)),
      onConnection: (one) => void (references.connection = new WeakRef(one)),
    });
    const observer = observe(recorder.factory);
    onTestFinished(() => observer[Symbol.dispose]());
    async function run(): Promise<void> {
      const agent = httpAgent();
      const request = open(origin, { agent }).end();
      const response = await responseOf(request);
      references.request = new WeakRef(request);
      references.response = new WeakRef(response);
      references.socket = new WeakRef(response.socket);
      const closed = once(response.socket, 'close');
      await read(response);
      await recorder.flush();
      agent.destroy();
      await closed;
    }
    await run();
    expect(Object.keys(references).toSorted()).toEqual([
      'connection',
      'record',
      'request',
      'response',
      'socket',
    ]);
    expect(await retained(references)).toEqual([]);
    expect(recorder.open).toBe(0);
  });

  it('a recorder keeps nothing of a request that failed, or that flush gave up', async () => {
    const origin = await ok();
    const recorder = new Recorder({ limit: 0 });
    async function run(): Promise<References> {
      const failing = recorder.run(() => open(origin, { agent: httpAgent() }));
      const failed = errorOf(failing);
      failing.destroy();
      const left = recorder.run(() => open(origin, { agent: httpAgent() }));
      const ended = errorOf(left);
      await recorder.flush({ timeout: 0 });
      left.destroy();
      const errors = await Promise.all([failed, ended]);
      return {
        failing: new WeakRef(failing),
        left: new WeakRef(left),
        error: new WeakRef(errors[0]),
      };
    }
    const references = await run();
    expect(await retained(references)).toEqual([]);
    expect(recorder.open).toBe(0);
  });
});
