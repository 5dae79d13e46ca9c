import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';

import { Context, Recorder, observe, runWithClientTrace, withClientTrace } from '../../src/index.ts';
import { certs } from '../helpers/certs.ts';
import { recordings } from '../helpers/recordings.ts';
import { HANDED_OVER, NEW, conn } from '../http/conn.ts';
import { SCHEMES, connect, finish, http2Server, request } from './exchange.ts';

describe('the connection of a request by node:http2', () => {
  it('is reused and was idle when a stream has ended on it', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await traced.run(() => request(session));
    await traced.run(() => request(session));
    const [first, second] = await traced.settled();
    expect(conn(first!)).toEqual(NEW);
    expect(conn(second!)).toMatchObject({ reused: true, wasIdle: true });
    const idleSince = first!.the('roundTripDone').time;
    expect(conn(second!).idleTime).toBeCloseTo(second!.the('gotConn').time - idleSince, 6);
  });

  it('is reused and was not idle while a stream is open on it', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await traced.run(() => Promise.all([request(session), request(session), request(session)]));
    const all = await traced.settled();
    expect(all.map(conn)).toEqual([NEW, HANDED_OVER, HANDED_OVER]);
  });

  it('was idle for a request that the end of the last response makes', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await traced.run(async () => {
      const stream = session.request();
      stream.resume();
      await new Promise<void>((resolve) => {
        stream.on('end', () => resolve(request(session).then(() => {})));
      });
    });
    const [, second] = await traced.settled();
    expect(conn(second!).wasIdle).toBe(true);
  });

  it('is idle although the last response was not read', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    traced.run(() => session.request());
    await (await traced.at(0)).when('roundTripDone');
    await traced.run(() => request(session));
    expect(conn(traced.roundTrips[1]!)).toMatchObject({ reused: true, wasIdle: true });
  });

  it('that unwatched streams have used is reused, and its idle time is not known', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await request(session);
    await traced.run(() => request(session));
    await request(session);
    await traced.run(() => request(session));
    const unknown = { reused: true, wasIdle: true, idleTime: undefined };
    expect((await traced.settled()).map(conn)).toEqual([unknown, unknown]);
  });

  it('was not idle while an unwatched stream is open on it', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    const unwatched = session.request({ ':method': 'POST' });
    await once(unwatched, 'ready');
    await traced.run(() => request(session));
    await finish(unwatched);
    expect(conn(traced.only)).toEqual(HANDED_OVER);
  });

  it.each(SCHEMES)('over %s is the socket itself', async (scheme) => {
    const traced = recordings();
    const server = await http2Server(scheme);
    const socket =
      scheme === 'h2'
        ? tls.connect({ port: server.port, ca: certs().ca, ALPNProtocols: ['h2'] })
        : net.connect(server.port);
    await traced.run(() => request(connect(server.origin, { createConnection: () => socket })));
    expect(traced.only.the('gotConn').args[0].conn).toBe(socket);
  });

  it('is the stream that the program gave where that is no socket', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const socket = net.connect(server.port);
    const duplex = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    });
    socket.on('data', (chunk: Buffer) => duplex.push(chunk));
    await traced.run(async () => {
      const session = connect(server.origin, { createConnection: () => duplex });
      await once(session.request().resume(), 'close');
    });
    expect(traced.only.the('gotConn').args[0].conn).toBe(duplex);
    socket.destroy();
  });

  it('is told of by one record, with what it served and why it ended', async () => {
    const server = await http2Server('h2');
    const recorder = new Recorder({
      onConnection: ({ served, protocol, closed, openedBy }) => {
        told.push({ served, protocol, reason: closed?.reason, openedBy });
      },
    });
    const told: unknown[] = [];
    await recorder.run(async () => {
      const session = connect(server.origin);
      await request(session);
      await request(session);
      session.close();
      await once(session, 'close');
    });
    const [first] = recorder.records;
    expect(told).toEqual([{ served: 2, protocol: 'h2', reason: 'idle', openedBy: first!.id }]);
    expect(recorder.records.map(({ connection }) => connection!.served)).toEqual([0, 1]);
  });
});

describe('the dial of a session', () => {
  it.each(SCHEMES)('over %s belongs to its first request, made while it connects', async (scheme) => {
    const traced = recordings();
    const server = await http2Server(scheme);
    await traced.run(() => {
      const session = connect(server.origin.replace('127.0.0.1', 'localhost'));
      return Promise.all([request(session), request(session)]);
    });
    const [first, second] = await traced.settled();
    expect(first!.has('dnsStart')).toBe(true);
    expect(first!.has('tlsHandshakeDone')).toBe(scheme === 'h2');
    expect(second!.has('connectStart')).toBe(false);
  });

  it.each(SCHEMES)('over %s that was over before is told late, with its own times', async (scheme) => {
    const traced = recordings();
    const server = await http2Server(scheme);
    await traced.run(async () => {
      const session = connect(server.origin);
      await once(session, 'connect');
      await request(session);
      await request(session);
    });
    const [first, second] = await traced.settled();
    expect(first!.names.slice(0, 4)).toEqual(['roundTripStart', 'getConn', 'connectStart', 'connectDone']);
    expect(first!.the('connectDone').time).toBeLessThan(first!.the('roundTripStart').time);
    expect(second!.has('connectStart')).toBe(false);
  });

  it('that no request uses is told to nobody', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    await traced.run(async () => {
      const session = connect(server.origin);
      await once(session, 'connect');
      session.close();
      await once(session, 'close');
    });
    expect(traced.roundTrips).toHaveLength(0);
  });

  it('that nobody watched is told to nobody', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    await traced.run(() => request(session));
    expect(traced.only.has('connectStart')).toBe(false);
    expect(conn(traced.only)).toEqual(NEW);
  });

  it('that was for an unwatched request is not told to a later one', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = traced.run(() => connect(server.origin));
    await Context.background.run(() => request(session));
    await traced.run(() => request(session));
    expect(traced.only.has('connectStart')).toBe(false);
    expect(conn(traced.only).reused).toBe(true);
  });
});

describe('a session that is shared', () => {
  it("has each hook called in its own request's context", async () => {
    const traced = recordings();
    const server = await http2Server('h2', (stream) => {
      stream.resume();
      stream.on('end', () => {
        stream.additionalHeaders({ ':status': 103 });
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ a: 'b' }));
        stream.end('ok');
      });
    });
    const session = connect(server.origin);
    const key = Context.key<number>('number');
    const seen: number[][] = [];
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        // Recordings hold each hook against the context of its request.
        traced.run(() => {
          const mine: number[] = (seen[i] = []);
          const note = (): void => void mine.push(Context.current().value(key)!);
          const hooks = {
            getConn: note,
            gotConn: note,
            wroteRequest: note,
            gotResponse: note,
            roundTripDone: note,
          };
          const context = withClientTrace(Context.current().withValue(key, i), hooks);
          return context.run(() => request(session, { ':method': 'POST' }, `body ${i}`));
        }),
      ),
    );
    await traced.settled();
    expect(traced.roundTrips).toHaveLength(50);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => [i, i, i, i, i]));
  });

  it('serves watched and unwatched requests alike', async () => {
    const traced = recordings();
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    const one = (i: number): Promise<unknown> =>
      i % 2 === 0 ? request(session) : traced.run(() => request(session));
    await Promise.all(Array.from({ length: 20 }, (_, i) => one(i)));
    await traced.settled();
    expect(traced.roundTrips).toHaveLength(10);
  });

  it('has nothing told of what runs untraced', async () => {
    let told = 0;
    const server = await http2Server('h2c');
    const session = connect(server.origin);
    const observer = observe(() => ({ getConn: () => told++ }));
    await Context.untraced.run(() => request(session));
    observer[Symbol.dispose]();
    expect(told).toBe(0);
  });

  it('may have a hook that fails, and goes on', async () => {
    const server = await http2Server('h2c');
    const warning = once(process, 'warning');
    const { body } = await runWithClientTrace(
      {
        gotConn: () => {
          throw new Error('a broken hook');
        },
      },
      () => request(connect(server.origin)),
    );
    expect(body).toBe('ok');
    expect((await warning)[0]).toMatchObject({ code: 'ERR_HTTPTRACE_HOOK' });
  });
});
