import { expect, it } from 'vitest';
import { LIBRARY, folderWith, start } from '../program/programs.ts';

/** Makes the same requests unwatched and watched. Only V8 knows shapes, so in a process with its own functions. */
const PROGRAM = `
  import http from 'node:http';
  import http2 from 'node:http2';
  import { once } from 'node:events';
  const { observe } = await import(process.argv[2]);

  async function listening(server) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return 'http://127.0.0.1:' + server.address().port;
  }
  const byHttp = await listening(http.createServer((request, response) => response.end('ok')));
  const byHttp2 = await listening(http2.createServer((request, response) => response.end('ok')));

  async function socketOf() {
    const request = http.get(byHttp, { agent: new http.Agent({ keepAlive: true }) });
    const [response] = await once(request, 'response');
    const { socket } = request;
    await once(response.resume(), 'close');
    return socket;
  }
  async function streamOf() {
    const stream = http2.connect(byHttp2).request({ ':path': '/' });
    await once(stream.resume(), 'close');
    return stream;
  }
  const before = { socket: await socketOf(), stream: await streamOf() };
  let told = 0;
  observe(() => ({ roundTripDone: () => told++ }));
  const after = { socket: await socketOf(), stream: await streamOf() };
  console.log(JSON.stringify({
    told,
    socket: %HaveSameMap(before.socket, after.socket),
    stream: %HaveSameMap(before.stream, after.stream),
  }));
  process.exit();
`;

it('a watched socket or HTTP/2 stream has the shape that it has when nobody watches', async () => {
  const { ended } = start([process.execPath, '--allow-natives-syntax', 'app.mjs', LIBRARY], {
    cwd: folderWith({ 'app.mjs': PROGRAM }),
  });
  const { stdout } = await ended;
  expect(JSON.parse(stdout)).toEqual({ told: 2, socket: true, stream: true });
});
