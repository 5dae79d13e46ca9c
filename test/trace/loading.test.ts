import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

import { DIST, runNode } from '../copies/node-process.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';

const LIBRARY = pathToFileURL(join(DIST, 'index.js')).href;
/** A file without imports, loaded instead of the library to see what Node loads anyway. */
const NOTHING = pathToFileURL(join(DIST, 'trace', 'errors.js')).href;

/** Code of a child process: `loaded` gives which of the modules that matter are loaded. */
const LOADED = `
  const loaded = () => ['http', 'https', 'http2', 'net', 'tls', 'dns', 'crypto', 'url']
    .filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
`;

it('importing the library loads no module of Node that a program need not load', async () => {
  const code = `${LOADED}
    const { Context } = await import(process.argv[1]);
    Context?.background.run(() => Context.current());
    const modules = loaded();
    console.log(JSON.stringify(modules));
  `;
  expect(await runNode(code, [LIBRARY])).toEqual(await runNode(code, [NOTHING]));
});

it('the first use and a plain request load neither node:tls nor anything else that node:http does not', async () => {
  const server = await scriptedServer(answerAll);
  const code = `${LOADED}
    const { observe } = await import(process.argv[1]);
    const done = new Promise((resolve) => {
      if (observe) observe(() => ({ roundTripDone: () => resolve('seen') }));
      else resolve('not seen');
    });
    // Not by import, which runs all lazy getters of the module and so loads half of Node.
    const http = process.getBuiltinModule('node:http');
    await new Promise((resolve) => http.get(process.argv[2], { agent: false }, (r) => r.resume().on('close', resolve)));
    const modules = loaded();
    console.log(JSON.stringify({ round: await done, modules }));
  `;
  const traced = await runNode(code, [LIBRARY, server.origin]);
  const plain = await runNode(code, [NOTHING, server.origin]);
  expect(plain).toMatchObject({ round: 'not seen', modules: expect.not.arrayContaining(['tls']) as unknown });
  expect(traced).toEqual({ ...(plain as object), round: 'seen' });
});

it('node:tls is watched from its first connection on when the program loads it after the first use', async () => {
  const server = await scriptedServer(answerAll, { tls: true });
  const code = `${LOADED}
    const { observe } = await import(process.argv[1]);
    const hooks = [];
    observe(() => ({
      tlsHandshakeStart: () => hooks.push('start'),
      tlsHandshakeDone: (state, err) => hooks.push(state.version, err),
    }));
    const before = loaded();
    const { default: https } = await import('node:https');
    for (let i = 0; i < 2; i++) {
      await new Promise((resolve) => https.get(process.argv[2], { agent: false }, (r) => r.resume().on('close', resolve)));
    }
    console.log(JSON.stringify({ hooks, before: before.includes('tls') }));
  `;
  expect(await runNode(code, [LIBRARY, server.origin])).toEqual({
    hooks: ['start', 'TLSv1.3', null, 'start', 'TLSv1.3', null],
    before: false,
  });
});
