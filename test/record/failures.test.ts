import net from 'node:net';
import { describe, expect, it } from 'vitest';

import { type RoundTripRecord, record } from '../../src/index.ts';
import { certs } from '../helpers/certs.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, errorOf, finish, get, httpAgent, open } from '../http/exchange.ts';
import { containing, matching } from './matchers.ts';
import { expectValid } from './valid.ts';
import { CLOSED_PORT } from '../helpers/closed-port.ts';

/** The record of the only round trip of `fn`, which has to fail. */
async function failure(fn: () => Promise<unknown>): Promise<RoundTripRecord> {
  const { status, records } = await record(fn);
  expect(status).toBe('rejected');
  expect(records).toHaveLength(1);
  return expectValid(records[0]!);
}

function names({ phases }: RoundTripRecord): string[] {
  // Before its dial a round trip may be queued for less than a microsecond, or not.
  return phases.map(({ name }) => name).filter((name) => name !== 'queued');
}

describe('the record of a failed round trip', () => {
  it('ends in dns when the name has no address', async () => {
    const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND missing.test'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    });
    const one = await failure(() =>
      get('http://missing.test/', { lookup: (_host, _options, done) => setImmediate(done, notFound, '', 4) }),
    );
    expect(one).toMatchObject({
      outcome: 'error',
      error: { code: 'ENOTFOUND', syscall: 'getaddrinfo', phase: 'dns' },
      dial: { used: false, host: 'missing.test', addresses: [], attempts: [] },
    });
    expect(names(one)).toEqual(['dns']);
    expect(one).not.toHaveProperty('connection');
    expect(one).not.toHaveProperty('response');
    expect(one.events.at(-1)).toMatchObject({ name: 'roundTripDone', detail: { error: 'ENOTFOUND' } });
  });

  it('ends in connect when nobody listens', async () => {
    const port = CLOSED_PORT;
    const one = await failure(() => get(`http://127.0.0.1:${port}/`));
    expect(one).toMatchObject({
      error: { code: 'ECONNREFUSED', syscall: 'connect', phase: 'connect' },
      dial: { attempts: [{ addr: `127.0.0.1:${port}`, error: { code: 'ECONNREFUSED' } }] },
    });
    expect(names(one)).toEqual(['connect']);
  });

  it('has every address when nobody listens on any', async () => {
    const port = CLOSED_PORT;
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ];
    const options: net.TcpSocketConnectOpts = {
      port,
      autoSelectFamily: true,
      lookup: (_host, _options, done) => done(null, addresses),
    };
    const one = await failure(() => get(`http://dead.test:${port}/`, options));
    expect(one.dial?.attempts.map(({ addr, error }) => [addr, error?.code])).toEqual([
      [`127.0.0.1:${port}`, 'ECONNREFUSED'],
      [`127.0.0.2:${port}`, 'ECONNREFUSED'],
    ]);
    expect(one.error).toMatchObject({
      name: 'AggregateError',
      code: 'ECONNREFUSED',
      phase: 'connect',
      message: containing('127.0.0.2'),
      cause: { syscall: 'connect', message: containing('127.0.0.1') },
    });
  });

  it('ends in tls when the certificate is not trusted, and has that certificate', async () => {
    const server = await scriptedServer(() => {}, { tls: { ...certs().selfSigned } });
    const one = await failure(() => get(server.origin));
    expect(one).toMatchObject({
      error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', phase: 'tls' },
      dial: {
        used: false,
        tls: {
          version: 'TLSv1.3',
          authorized: false,
          certificate: { subject: 'CN=localhost', issuer: 'CN=localhost' },
        },
      },
    });
    expect(names(one)).toEqual(['connect', 'tls']);
  });

  it('ends in tls when the server speaks no TLS', async () => {
    const server = await scriptedServer((peer) => peer.send('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const one = await failure(() => get(server.origin.replace('http:', 'https:')));
    expect(one.error?.phase).toBe('tls');
    expect(one.error?.code).toMatch(/^(ERR_SSL_|EPROTO)/);
    expect(one.dial?.tls).not.toHaveProperty('certificate');
  });

  it('ends in send when the connection breaks before the request is written', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.reset();
    });
    const one = await failure(async () => {
      const request = open(server.origin, { method: 'POST', headers: { 'content-length': 100 } });
      request.write('a part');
      throw await errorOf(request);
    });
    expect(one).toMatchObject({
      error: { code: 'ECONNRESET', phase: 'send' },
      connection: { after: 'closed' },
    });
    expect(names(one)).toEqual(['connect', 'send']);
    expect(one.request.header).toContainEqual(['content-length', '100']);
  });

  it('ends in wait when the server closes without an answer', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.close();
    });
    const one = await failure(() => get(server.origin));
    expect(one.error).toMatchObject({ message: 'socket hang up', code: 'ECONNRESET', phase: 'wait' });
    expect(names(one)).toEqual(['connect', 'send', 'wait']);
  });

  it('ends in receive when the body breaks off', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      peer.reset();
    });
    // A reset is also an error of the request, after its response.
    const one = await failure(() => finish(open(server.origin).on('error', () => {})));
    expect(one.error?.phase).toBe('receive');
    expect(one.response).toMatchObject({ status: 200 });
    expect(names(one).slice(0, 3)).toEqual(['connect', 'send', 'wait']);
  });

  it('ends in receive when the answer is no HTTP', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.send('220 mail.example.test ESMTP\r\n');
    });
    const one = await failure(() => get(server.origin));
    expect(one.error).toMatchObject({ code: matching(/^HPE_/), phase: 'receive' });
    expect(one).not.toHaveProperty('response');
  });

  it('ends in queued when its agent could not get a connection', async () => {
    const agent = httpAgent();
    agent.createConnection = (_options, done) => {
      setImmediate(() => done?.(new Error('no route to https://u:p@h.test/?k=v'), new net.Socket()));
      return undefined;
    };
    const one = await failure(() => get('http://127.0.0.1:9/', { agent }));
    expect(one.error).toEqual({
      name: 'Error',
      message: 'no route to https://[redacted]@h.test/?k=[redacted]',
      phase: 'queued',
    });
    expect(one.phases.map(({ name }) => name)).toEqual(['queued']);
    expect(one).not.toHaveProperty('dial');
    expect(one).not.toHaveProperty('connection');
  });

  it('has the reason of an abort as the cause', async () => {
    const server = await scriptedServer(() => {});
    const controller = new AbortController();
    const one = await failure(async () => {
      const request = open(server.origin, { signal: controller.signal }).end();
      const failed = errorOf(request);
      await (await server.peer(0)).head();
      controller.abort(new Error('deadline'));
      throw await failed;
    });
    expect(one.error).toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
      phase: 'wait',
      cause: { name: 'Error', message: 'deadline' },
    });
  });

  it('is told of a reused connection that the server had closed', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.head();
      peer.respond();
      await peer.head();
      peer.reset();
    });
    const agent = agentFor(server.origin);
    const { records } = await record(async () => {
      await get(server.origin, { agent });
      await new Promise(setImmediate);
      await get(server.origin, { agent });
    });
    const [, one] = records.map(expectValid);
    expect(one).toMatchObject({
      outcome: 'error',
      error: { code: 'ECONNRESET', phase: 'wait' },
      connection: { reused: true, wasIdle: true, served: 1, after: 'closed', closeReason: 'error' },
    });
    expect(one).not.toHaveProperty('dial');
  });
});
