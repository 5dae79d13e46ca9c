import type { Scenario } from '../scenario.ts';
import { head } from './messages.ts';

/** Requests that never get a response. */
export const failures: readonly Scenario[] = [
  {
    name: 'refused',
    title: 'a refused connection ends its attempt and the request',
    schemes: ['http', 'https'],
    server: { refuses: true, connections: [] },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'unknown-host',
    title: 'a name that does not exist ends the lookup and the request',
    schemes: ['http', 'https'],
    server: { connections: [] },
    // A name with an empty label is refused by every resolver itself, so that no query leaves the machine.
    requests: [{ host: 'nowhere..invalid' }],
  },
  {
    name: 'untrusted-certificate',
    title: 'a certificate of an unknown authority ends the handshake and the request',
    schemes: ['https'],
    client: { trustsAuthority: false },
    server: { connections: [] },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'canceled-while-waiting',
    title: 'a request that is canceled while it waits for the answer has no further hooks',
    schemes: ['http', 'https'],
    server: {
      connections: [[{ await: 'head' }, { awaitHook: 'wroteRequest' }, { cancel: 0 }, { await: 'end' }]],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'canceled-in-hook',
    title: 'a got1xxResponse hook that cancels the request ends it',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: head('103 Early Hints') }, { await: 'end' }]] },
    traces: [{ actions: [{ hook: 'got1xxResponse', does: 'cancel' }] }],
    requests: [{ host: '127.0.0.1' }],
  },
];
