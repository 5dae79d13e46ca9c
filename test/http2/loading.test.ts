import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { DIST, runNode } from '../copies/node-process.ts';
import { http2Server } from './exchange.ts';

const LIBRARY = pathToFileURL(join(DIST, 'index.js')).href;

/** Prints the hooks of one request that `connect`, a function of node:http2, is used for. */
const USE = `
async function use(connect, origin, session = connect(origin)) {
  session.on('error', () => {});
  await new Promise((resolve) => session.request().resume().on('close', resolve));
  session.destroy();
}
const names = [];
const trace = Object.fromEntries(
  ['roundTripStart', 'connectStart', 'connectDone', 'tlsHandshakeDone', 'gotConn', 'gotResponse', 'roundTripDone']
    .map((name) => [name, () => names.push(name)]),
);
const [origin] = process.argv.slice(1);
`;

const PRINT = 'console.log(JSON.stringify(names));';

const BEGIN = ['roundTripStart', 'connectStart', 'connectDone'];
const END = ['gotConn', 'gotResponse', 'roundTripDone'];

const ORDERS: readonly (readonly [title: string, code: string])[] = [
  [
    'imported by name before httptrace',
    `import { connect } from 'node:http2';
     const { runWithClientTrace } = await import('${LIBRARY}');
     await runWithClientTrace(trace, () => use(connect, origin));`,
  ],
  [
    'imported by name after httptrace was used',
    `import { runWithClientTrace } from '${LIBRARY}';
     runWithClientTrace(trace, () => {});
     const { connect } = await import('node:http2');
     await runWithClientTrace(trace, () => use(connect, origin));`,
  ],
  [
    'loaded where httptrace is in use already',
    `import { runWithClientTrace } from '${LIBRARY}';
     await runWithClientTrace(trace, async () => use((await import('node:http2')).connect, origin));`,
  ],
  [
    'required, in the midst of a destructured module, before httptrace',
    `import { createRequire } from 'node:module';
     const { connect } = createRequire('/')('http2');
     const { runWithClientTrace } = await import('${LIBRARY}');
     await runWithClientTrace(trace, () => use(connect, origin));`,
  ],
];

describe.each(ORDERS)('node:http2 %s', (_title, code) => {
  it.each(['h2', 'h2c'] as const)('is traced over %s', async (scheme) => {
    const server = await http2Server(scheme);
    const tls = scheme === 'h2' ? ['tlsHandshakeDone'] : [];
    const names = await runNode(`${USE}${code}${PRINT}`, [server.origin]);
    expect(names).toEqual([...BEGIN, ...tls, ...END]);
  });
});

describe('node:http2', () => {
  it('is traced on a session that was open before httptrace was there', async () => {
    const server = await http2Server('h2c');
    const code = `
      import { connect } from 'node:http2';
      const session = connect(origin);
      await new Promise((resolve) => session.on('connect', resolve));
      const { runWithClientTrace } = await import('${LIBRARY}');
      await runWithClientTrace(trace, () => use(connect, origin, session));`;
    expect(await runNode(`${USE}${code}${PRINT}`, [server.origin])).toEqual(['roundTripStart', ...END]);
  });

  it('is traced on a session of its own whose connection nobody watched', async () => {
    const server = await http2Server('h2c');
    const code = `
      import { runWithClientTrace } from '${LIBRARY}';
      runWithClientTrace(trace, () => {});
      const { connect } = await import('node:http2');
      const session = connect(origin);
      await runWithClientTrace(trace, () => use(connect, origin, session));`;
    expect(await runNode(`${USE}${code}${PRINT}`, [server.origin])).toEqual(['roundTripStart', ...END]);
  });

  it('is not loaded for a program that does not use it', async () => {
    // Node 22 and later load it with node:http, for the sake of undici.
    const code = `
      import net from 'node:net';
      import { observe } from '${LIBRARY}';
      if (process.argv[1] === 'observed') observe(() => ({}));
      const server = net.createServer((socket) => socket.end()).listen(0, () => {
        net.connect(server.address().port).resume().on('close', () => {
          server.close();
          console.log(JSON.stringify(process.moduleLoadList.filter((name) => name.includes('http2'))));
        });
      });`;
    expect(await runNode(code, ['observed'])).toEqual(await runNode(code));
  });

  it('is as it was when the probes are taken out, and a request under way goes on', async () => {
    const server = await http2Server('h2c');
    const code = `
      import { connect } from 'node:http2';
      import { observe, uninstall } from '${LIBRARY}';
      const methods = (...objects) => JSON.stringify(objects.map((object) => {
        const prototype = Object.getPrototypeOf(object);
        return Reflect.ownKeys(prototype).map((key) => [String(key), String(prototype[key])]);
      }));
      const plain = connect(origin);
      const before = methods(plain, plain.request().resume());
      observe(() => trace);
      const session = connect(origin);
      const stream = session.request().resume();
      const watched = methods(session, stream);
      uninstall();
      names.push(methods(session, stream) === before, watched === before);
      await new Promise((resolve) => stream.on('close', resolve));
      plain.destroy();
      session.destroy();`;
    const names = await runNode(`${USE}${code}${PRINT}`, [server.origin]);
    // The hooks of the dial, which was under way, are among them.
    expect((names as unknown[]).filter((name) => typeof name === 'boolean')).toEqual([true, false]);
  });
});
