import { Client, Server, ServerCredentials, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { got } from 'got';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Context, Recorder } from '../../src/index.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { NEW, conn } from '../http/conn.ts';
import { http2Server } from './exchange.ts';

describe('got with http2', () => {
  it('is traced, the dial included', async () => {
    const traced = recordings();
    const server = await http2Server('h2');
    const text = await traced.run(() =>
      got
        .post(server.origin, { http2: true, body: 'body', https: { certificateAuthority: certs().ca } })
        .text(),
    );
    await traced.settled();
    expect(text).toBe('ok');
    const recorder = traced.roundTrips.at(-1)!;
    expect(recorder.info).toMatchObject({ client: 'http2', method: 'POST', url: `${server.origin}/` });
    expect(recorder.names).toEqual(
      expect.arrayContaining(['getConn', 'connectDone', 'tlsHandshakeDone', 'gotConn', 'wroteRequest']),
    );
    expect(recorder.the('roundTripDone').args).toEqual([{ err: null }]);
    expect(conn(recorder)).toEqual(NEW);
  });
});

const PATH = '/httptrace.test.Echo/Say';

/** What it sends is what it gets: no message format is needed. */
function bytes(value: Buffer): Buffer {
  return value;
}

const SERVICE = {
  say: {
    path: PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
} as const;

/** A gRPC server, and a client for it, both closed when the test has finished. */
async function grpc(secure: boolean): Promise<{ readonly address: string; readonly client: Client }> {
  const server = new Server();
  server.addService(SERVICE, {
    say(
      call: { readonly request: Buffer },
      done: (err: Partial<ServiceError> | null, value?: Buffer) => void,
    ) {
      if (String(call.request) === 'fail') done({ code: status.NOT_FOUND, details: 'no such thing' });
      else done(null, Buffer.from(`${String(call.request)}!`));
    },
  });
  const { key, cert } = certs().good;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      '127.0.0.1:0',
      secure
        ? ServerCredentials.createSsl(null, [
            { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
          ])
        : ServerCredentials.createInsecure(),
      (err, bound) => (err === null ? resolve(bound) : reject(err)),
    );
  });
  const address = `localhost:${port}`;
  const client = new Client(
    address,
    secure ? credentials.createSsl(Buffer.from(certs().ca)) : credentials.createInsecure(),
  );
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return { address, client };
}

/** A unary call. */
function say(client: Client, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(PATH, bytes, bytes, Buffer.from(message), (err, value) => {
      if (err === null) resolve(String(value));
      else reject(err);
    });
  });
}

describe.each([
  ['insecure', false],
  ['TLS', true],
])('@grpc/grpc-js with %s credentials', (_name, secure) => {
  it('has each call traced, the first with its dial', async () => {
    const traced = recordings();
    const { client } = await grpc(secure);
    const answers = await traced.run(async () => [await say(client, 'a'), await say(client, 'b')]);
    const [first, second] = await traced.settled();
    expect(answers).toEqual(['a!', 'b!']);
    expect(traced.roundTrips).toHaveLength(2);
    expect(first!.info).toMatchObject({ client: 'http2', method: 'POST' });
    expect(first!.info.url).toContain(PATH);
    expect(first!.has('connectDone')).toBe(true);
    expect(first!.has('tlsHandshakeDone')).toBe(secure);
    expect(conn(first!)).toEqual(NEW);
    expect(conn(second!).reused).toBe(true);
    expect(second!.names.slice(-4)).toEqual([
      'gotFirstResponseByte',
      'gotResponse',
      'gotLastResponseByte',
      'roundTripDone',
    ]);
  });

  it('has the status of a call in the trailers of its record', async () => {
    const { client } = await grpc(secure);
    const recorder = new Recorder();
    await recorder.run(() => say(client, 'a'));
    await expect(recorder.run(() => say(client, 'fail'))).rejects.toMatchObject({ code: status.NOT_FOUND });
    await recorder.flush();
    const [good, bad] = recorder.records;
    expect(Object.fromEntries(good!.response!.trailers)).toMatchObject({ 'grpc-status': '0' });
    // A call that fails at once has its status in the head, which is all there is.
    const fields = [...bad!.response!.header, ...bad!.response!.trailers];
    expect(Object.fromEntries(fields)).toMatchObject({ 'grpc-status': '5' });
    expect([good!.outcome, bad!.outcome]).toEqual(['ok', 'ok']);
  });

  it('has calls on a ready channel traced each in its own context', async () => {
    const traced = recordings();
    const { client } = await grpc(secure);
    await Context.background.run(() => say(client, 'warm'));
    await Promise.all(Array.from({ length: 10 }, (_, i) => traced.run(() => say(client, `${i}`))));
    await traced.settled();
    expect(traced.roundTrips).toHaveLength(10);
  });
});
