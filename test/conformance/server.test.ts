import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ServerScript } from '../../conformance/scenario.ts';
import type { ClientControl } from '../../conformance/server-control.ts';
import { ScriptedServer } from '../../conformance/server.ts';
import { certs } from '../helpers/certs.ts';

const idle: ClientControl = { cancel() {}, start() {} };
const head = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('ScriptedServer', () => {
  it('plays a script step by step', async () => {
    const { server, socket } = await start({
      connections: [[{ await: 'head' }, { send: 'one' }, { await: 'body' }, { send: 'two' }, { end: 'fin' }]],
    });
    socket.write('POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n');
    expect(await nextText(socket)).toBe('one');
    socket.write('abc');
    expect(await nextText(socket)).toBe('two');
    await once(socket, 'end');
    socket.end();
    expect(await server.stop(1000)).toEqual([]);
  });

  it('reads a chunked body to its end', async () => {
    const { server, socket } = await start({
      connections: [[{ await: 'head' }, { await: 'body' }, { send: 'done' }]],
    });
    socket.write('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab');
    socket.write('c\r\n0\r\n\r\n');
    expect(await nextText(socket)).toBe('done');
    expect(await server.stop(1000)).toEqual([]);
  });

  it('waits for a hook to be reported', async () => {
    const { server, socket } = await start({
      connections: [[{ await: 'head' }, { awaitHook: 'got1xxResponse', times: 2 }, { send: 'seen' }]],
    });
    socket.write(head);
    server.observe({ hook: 'got1xxResponse', request: 0 });
    server.observe({ hook: 'got1xxResponse', request: 0 });
    expect(await nextText(socket)).toBe('seen');
    expect(await server.stop(1000)).toEqual([]);
  });

  it('has the client cancel', async () => {
    let canceled = false;
    const { server, socket } = await start({ connections: [[{ cancel: 0 }, { send: 'canceled' }]] }, () => {
      canceled = true;
    });
    await nextText(socket);
    expect(canceled).toBe(true);
    expect(await server.stop(1000)).toEqual([]);
  });

  it('tells a connection that has no script', async () => {
    const { server, socket } = await start({ connections: [] });
    await once(socket, 'close');
    expect(await server.stop(1000)).toEqual(['1 connections instead of 0']);
  });

  it('tells a connection that was not made', async () => {
    const { server, socket } = await start({ connections: [[{ end: 'fin' }], [{ await: 'head' }]] });
    socket.resume();
    await once(socket, 'end');
    expect(await server.stop(1000)).toEqual(['1 connections instead of 2']);
  });

  it('tells the step at which the client was gone', async () => {
    const { server, socket } = await start({ connections: [[{ await: 'head' }, { send: 'x' }]] });
    socket.end('GET');
    expect(await server.stop(1000)).toEqual([
      'connection 1, step 1 {"await":"head"}: the client closed the connection before it sent "\\r\\n\\r\\n"',
      'connection 1: 3 bytes that no step expects',
    ]);
  });

  it('tells a step that waits in vain', async () => {
    const { server, socket } = await start({
      connections: [[{ send: 'hello' }, { awaitHook: 'wroteHeaders' }]],
    });
    await nextText(socket);
    expect(await server.stop(0)).toEqual([
      'connection 1, step 2 {"awaitHook":"wroteHeaders"}: the connection ended before wroteHeaders was reported',
    ]);
  });

  it('tells bytes that no step expects', async () => {
    const { server, socket } = await start({
      connections: [[{ await: 'head' }, { send: 'x' }, { await: 'end' }]],
    });
    socket.end(`${head}more`);
    await nextText(socket);
    expect(await server.stop(1000)).toEqual(['connection 1: 4 bytes that no step expects']);
  });

  it('refuses connections when the script says so', async () => {
    const server = new ScriptedServer({ refuses: true, connections: [] }, 'http', certs(), idle);
    const { port } = await server.start();
    const socket = net.connect(port, '127.0.0.1');
    const [error] = await once(socket, 'error').catch((reason: unknown) => [reason]);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await server.stop(1000)).toEqual([]);
  });
});

async function start(
  script: ServerScript,
  cancel = (): void => {},
): Promise<{ server: ScriptedServer; socket: net.Socket }> {
  const server = new ScriptedServer(script, 'http', certs(), { ...idle, cancel });
  const { port } = await server.start();
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return { server, socket };
}

async function nextText(socket: net.Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1');
}
