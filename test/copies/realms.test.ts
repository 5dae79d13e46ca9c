import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { copyOfLibrary, runNode } from './node-process.ts';

const REALM = readFileSync(fileURLToPath(new URL('realm.mjs', import.meta.url)), 'utf8');
const VM_OPTIONS = ['--experimental-vm-modules', '--no-warnings'];

it('a worker thread has probes, observers and contexts of its own', async () => {
  const { origin } = await scriptedServer(answerAll);
  const code = `
    import http from 'node:http';
    import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
    const [library, origin] = process.argv.slice(1);
    const { observe } = await import(library);
    const seen = [];
    observe(() => ({ getConn: () => void seen.push('main') }));
    const script = \`
      import http from 'node:http';
      import { parentPort, workerData } from 'node:worker_threads';
      const { runWithClientTrace } = await import(workerData.library);
      const seen = [];
      const trace = { getConn: () => seen.push('worker'), roundTripDone: () => parentPort.postMessage(seen) };
      runWithClientTrace(trace, () => http.get(workerData.origin, { agent: false }, (response) => response.resume()));
    \`;
    const url = new URL('data:text/javascript,' + encodeURIComponent(script));
    const worker = new Worker(url, { workerData: { library, origin } });
    worker.once('message', (message) => console.log(JSON.stringify({ worker: message, main: seen })));
  `;
  const library = pathToFileURL(copyOfLibrary()).href;
  expect(await runNode(code, [library, origin])).toEqual({ worker: ['worker'], main: [] });
});

it('a realm of its own with shared built-in modules, as Jest makes, works by itself', async () => {
  const { origin } = await scriptedServer(answerAll);
  expect(await runNode(REALM, [copyOfLibrary(), origin, 'alone'], VM_OPTIONS)).toEqual({
    foreign: true,
    hooks: ['realm getConn', 'realm gotConn', 'realm roundTripDone'],
    refused: 'TypeError ERR_HTTPTRACE_ARGUMENT',
    aborted: 'no thanks',
  });
});

it.each(['main first', 'realm first'])(
  'a realm and the main program share what they watch (%s)',
  async (order) => {
    const { origin } = await scriptedServer(answerAll);
    expect(await runNode(REALM, [copyOfLibrary(), origin, order], VM_OPTIONS)).toEqual({
      foreign: true,
      hooks: [
        'realm getConn',
        'main getConn',
        'realm gotConn',
        'main gotConn',
        'realm roundTripDone',
        'main roundTripDone',
      ],
      refused: 'TypeError ERR_HTTPTRACE_ARGUMENT',
      aborted: 'no thanks',
    });
  },
);
