import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, get, httpAgent, open } from '../http/exchange.ts';
import { answering, CLOSED_PORT, dialing, v4 } from './addresses.ts';
import { dialLog } from './dial-log.ts';

/** Nobody listens on these addresses of the loopback interface. */
const DEAD = '127.0.0.2';
const DEAD_TOO = '127.0.0.3';

/** A path for a unix socket, in a folder of its own. */
function socketPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'httptrace-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'socket');
}

/** Blocks the loop for `milliseconds` as soon as the first attempt is under way. */
function blockAfterFirstAttempt(request: http.ClientRequest, milliseconds: number): void {
  request.once('socket', (socket: net.Socket) => {
    socket.once('connectionAttempt', () => {
      process.nextTick(() => {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
      });
    });
  });
}

describe('connection attempts', () => {
  it('are told of one by one: refused, then good', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll);
    await traced.run(() =>
      get(
        `http://two.test:${port}/`,
        dialing({ autoSelectFamily: true, lookup: answering(v4(DEAD, '127.0.0.1')) }),
      ),
    );
    expect(dialLog(traced.only, port)).toEqual([
      'dnsStart two.test',
      `dnsDone ${DEAD}/4 127.0.0.1/4 ok`,
      `connectStart tcp ${DEAD}:PORT`,
      `connectDone tcp ${DEAD}:PORT ECONNREFUSED`,
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'gotConn',
    ]);
    expect(traced.only.all('connectDone')[0]?.args[2]).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: DEAD,
      port,
    });
  });

  it('end each with its own error when all are refused', async () => {
    const traced = recordings();
    const port = CLOSED_PORT;
    const request = traced.run(() =>
      open(
        `http://two.test:${port}/`,
        dialing({
          autoSelectFamily: true,
          lookup: answering([...v4(DEAD), { address: '::1', family: 6 }, ...v4(DEAD_TOO)]),
        }),
      ).end(),
    );
    expect(await errorOf(request)).toBeInstanceOf(AggregateError);
    await traced.settled();
    expect(dialLog(traced.only, port).slice(2)).toEqual([
      `connectStart tcp ${DEAD}:PORT`,
      `connectDone tcp ${DEAD}:PORT ECONNREFUSED`,
      'connectStart tcp [::1]:PORT',
      'connectDone tcp [::1]:PORT ECONNREFUSED',
      `connectStart tcp ${DEAD_TOO}:PORT`,
      `connectDone tcp ${DEAD_TOO}:PORT ECONNREFUSED`,
    ]);
    expect(traced.only.has('gotConn')).toBe(false);
  });

  it('end with ETIMEDOUT when they took too long and the next is tried', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll);
    const request = traced.run(() =>
      open(
        `http://slow.test:${port}/`,
        dialing({
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: 10,
          lookup: answering(v4(DEAD, '127.0.0.1')),
        }),
      ),
    );
    // Timers come before what the network has to say.
    blockAfterFirstAttempt(request, 20);
    request.end().on('response', (response) => response.resume());
    await traced.settled();
    expect(dialLog(traced.only, port)).toEqual([
      'dnsStart slow.test',
      `dnsDone ${DEAD}/4 127.0.0.1/4 ok`,
      `connectStart tcp ${DEAD}:PORT`,
      `connectDone tcp ${DEAD}:PORT ETIMEDOUT`,
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'gotConn',
    ]);
    expect(traced.only.all('connectDone')[0]?.args[2]).toMatchObject({
      message: `connect ETIMEDOUT ${DEAD}:${port}`,
      syscall: 'connect',
      address: DEAD,
      port,
    });
  });

  it('end with ECONNREFUSED when the only address refuses', async () => {
    const traced = recordings();
    const port = CLOSED_PORT;
    const request = traced.run(() => open(`http://127.0.0.1:${port}/`, { agent: httpAgent() }).end());
    const error = await errorOf(request);
    await traced.settled();
    expect(dialLog(traced.only, port)).toEqual([
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ECONNREFUSED',
    ]);
    expect(traced.only.the('connectDone').args[2]).toBe(error);
    expect(traced.only.the('roundTripDone').args[0].err).toBe(error);
  });
});

describe('errors that node reports at once', () => {
  it.each([
    { what: 'an address that cannot be reached', options: { host: '255.255.255.255', port: 80 } },
    { what: 'a local address that is not ours', options: { host: '127.0.0.1', localAddress: '203.0.113.1' } },
    {
      what: 'a local address that is not ours, after a lookup',
      options: { host: 'name.test', lookup: answering(v4('127.0.0.1')), localAddress: '203.0.113.1' },
    },
    {
      what: 'an address that cannot be reached, after a lookup',
      options: { host: 'name.test', lookup: answering(v4('255.255.255.255')) },
    },
    {
      what: 'two addresses that cannot be reached',
      options: {
        host: 'name.test',
        autoSelectFamily: true,
        lookup: answering(v4('255.255.255.255', '255.255.255.255')),
      },
    },
  ])('end whatever began: $what', async ({ options }) => {
    const traced = recordings();
    const port = CLOSED_PORT;
    const request = traced.run(() => http.get({ port, agent: httpAgent(), ...options }));
    const error = await errorOf(request);
    await traced.settled();
    for (const { args } of traced.only.all('connectDone')) expect(args[2]).toHaveProperty('code');
    expect(traced.only.the('roundTripDone').args[0].err).toBe(error);
    expect(traced.only.has('gotConn')).toBe(false);
  });

  it('by throwing out of http.get() end their lookup, and their round trip with the error that was thrown', () => {
    const traced = recordings();
    const options = { host: 'name.test', lookup: 'no function' as never, agent: false } as const;
    let thrown: unknown;
    try {
      traced.run(() => http.get(options));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(traced.only.the('dnsDone').args[0].err).toBe(thrown);
    expect(traced.only.the('roundTripDone').args[0].err).toBe(thrown);
  });
});

describe('a unix socket', () => {
  it('is told of as one attempt at its path', async () => {
    const traced = recordings();
    const path = socketPath();
    await scriptedServer(answerAll, { path });
    const request = traced.run(() => http.get({ socketPath: path, agent: httpAgent() }));
    request.on('response', (response) => response.resume());
    await traced.settled();
    expect(dialLog(traced.only)).toEqual([
      `connectStart unix ${path}`,
      `connectDone unix ${path} ok`,
      'gotConn',
    ]);
  });

  it('that does not exist ends its attempt with ENOENT', async () => {
    const traced = recordings();
    const path = socketPath();
    const request = traced.run(() => http.get({ socketPath: path, agent: httpAgent() }));
    expect(await errorOf(request)).toMatchObject({ code: 'ENOENT' });
    await traced.settled();
    expect(dialLog(traced.only)).toEqual([`connectStart unix ${path}`, `connectDone unix ${path} ENOENT`]);
  });
});
