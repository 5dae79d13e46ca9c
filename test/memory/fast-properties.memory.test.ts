import { setFlagsFromString } from 'node:v8';
import { compileFunction } from 'node:vm';
import { beforeAll, expect, it, onTestFinished } from 'vitest';

import { observe } from '../../src/index.ts';
import { ALL_HOOKS } from '../helpers/heap.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, get } from '../http/exchange.ts';

let hasFastProperties: (object: object) => boolean;

beforeAll(() => {
  setFlagsFromString('--allow-natives-syntax');
  // V8's own function, which only code that is compiled from now on can call.
  hasFastProperties = compileFunction('return %HasFastProperties(object)', [
    'object',
  ]) as typeof hasFastProperties;
  setFlagsFromString('--no-allow-natives-syntax');
});

// An object whose properties V8 keeps in a dictionary is slow in all that its client does with it, for as long as it lives.
it.each(['http', 'https'])(
  'the objects of a watched %s exchange keep their fast properties',
  async (scheme) => {
    const server = await scriptedServer(answerAll, { tls: scheme === 'https' });
    const agent = agentFor(server.origin, { maxSockets: 1 });
    const observer = observe(() => ALL_HOOKS);
    onTestFinished(() => observer[Symbol.dispose]());
    for (let i = 0; i < 50; i++) {
      const { request, response } = await get(server.origin, { agent });
      expect({
        request: hasFastProperties(request),
        socket: hasFastProperties(request.socket!),
        response: hasFastProperties(response),
      }).toEqual({ request: true, socket: true, response: true });
    }
  },
);
