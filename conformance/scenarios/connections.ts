import type { Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

/** Where a connection comes from, and whether it goes back. */
export const connections: readonly Scenario[] = [
  {
    name: 'first-connection',
    title: 'a first request to an IP literal connects without DNS',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    requests: [{ host: '127.0.0.1', header: [['X-Told', 'one']] }],
  },
  {
    name: 'reused-connection',
    title: 'a second request takes the idle connection of the first',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: response('200 OK', 'hello') },
          { await: 'head' },
          { send: response('200 OK', 'again') },
        ],
      ],
    },
    requests: [{ host: '127.0.0.1' }, { host: '127.0.0.1', header: [['X-Told', 'two']] }],
  },
  {
    name: 'localhost',
    title: 'localhost is a name that is looked up',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'server-says-close',
    title: 'after Connection: close the connection is not offered to the pool, and the next request dials',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [{ await: 'head' }, { send: response('200 OK', 'hello', 'Connection: close') }, { end: 'fin' }],
        [{ await: 'head' }, { send: response('200 OK', 'hello') }],
      ],
    },
    requests: [{ host: '127.0.0.1' }, { host: '127.0.0.1' }],
  },
  {
    name: 'closed-before-answer',
    title: 'a fresh connection that the server closes without a byte fails the request',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { end: 'fin' }]] },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'resumed-session',
    title: 'a client that keeps TLS sessions resumes one on its next connection',
    schemes: ['https'],
    client: { resumesSessions: true },
    server: {
      connections: [
        [{ await: 'head' }, { send: response('200 OK', 'hello', 'Connection: close') }, { end: 'fin' }],
        [{ await: 'head' }, { send: response('200 OK', 'hello') }],
      ],
    },
    requests: [{ host: 'localhost' }, { host: 'localhost' }],
  },
  {
    name: 'body-closed-early',
    title: 'a response that the caller closes before its end takes its connection with it',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [{ await: 'head' }, { send: `${head('200 OK', 'Content-Length: 50')}hello` }, { await: 'end' }],
        // Undici dials once more for nobody (`spurious-dial`), and the next request goes on either.
        [{ await: 'head' }, { send: response('200 OK', 'hello') }],
        [{ await: 'head' }, { send: response('200 OK', 'hello') }],
      ],
      unsure: 2,
    },
    requests: [
      { host: '127.0.0.1', header: [['X-Told', 'one']], response: { closeAfter: 3 } },
      { host: '127.0.0.1' },
    ],
  },
];
