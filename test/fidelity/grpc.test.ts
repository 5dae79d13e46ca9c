import { AsyncLocalStorage } from 'node:async_hooks';
import type http2 from 'node:http2';
import { Client, credentials } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';
import { http2Server, http2Session } from './clients.ts';

/** A message without a byte: not compressed, of length 0. */
const EMPTY = Buffer.alloc(5);

/** Answers each call with an empty message. */
function onCall(stream: http2.ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(EMPTY);
}

function bytes(value: Buffer): Buffer {
  return value;
}

function call(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest('/test/Call', bytes, bytes, Buffer.alloc(0), (err) =>
      err === null ? resolve() : reject(err),
    );
  });
}

it('grpc-queued-context: grpc-js sends calls that wait for its connection in the context of the first', async () => {
  const context = new AsyncLocalStorage<string>();
  const { origin } = await http2Server(onCall);
  const contexts = whereRequestsAreMade(http2Session(origin), context);
  const client = new Client(
    `localhost:${new URL(origin).port}`,
    credentials.createSsl(Buffer.from(certs().ca)),
  );
  onTestFinished(() => client.close());
  await Promise.all(['a', 'b'].map((name) => context.run(name, () => call(client))));
  expect(contexts).toEqual(['a', 'a']);
  // When it is connected it sends each call at once.
  await Promise.all(['c', 'd'].map((name) => context.run(name, () => call(client))));
  expect(contexts).toEqual(['a', 'a', 'c', 'd']);
});

/** The store of each call of `request()`, of any session, until the test has finished. */
function whereRequestsAreMade(
  session: http2.ClientHttp2Session,
  context: AsyncLocalStorage<string>,
): (string | undefined)[] {
  const prototype = Object.getPrototypeOf(session) as http2.ClientHttp2Session; // its class
  const request: unknown = Reflect.get(prototype, 'request');
  const contexts: (string | undefined)[] = [];
  Reflect.set(prototype, 'request', function (this: unknown, ...args: unknown[]): unknown {
    contexts.push(context.getStore());
    return Reflect.apply(request as () => unknown, this, args) as unknown;
  });
  onTestFinished(() => void Reflect.set(prototype, 'request', request));
  return contexts;
}
