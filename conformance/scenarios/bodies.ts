import type { Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

/** Responses without a body, requests with one. */
export const bodies: readonly Scenario[] = [
  {
    name: 'head',
    title: 'a response to HEAD has no body and the connection goes to the pool at once',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('200 OK', 'Content-Length: 5') },
          { await: 'head' },
          { send: response('200 OK', 'hello') },
        ],
      ],
    },
    requests: [{ host: '127.0.0.1', method: 'HEAD' }, { host: '127.0.0.1' }],
  },
  {
    name: 'no-content',
    title: 'a 204 has no body and the connection goes to the pool at once',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: head('204 No Content') }]] },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'post-known-length',
    title: 'a body of known length is announced by Content-Length',
    schemes: ['http', 'https'],
    server: {
      connections: [[{ await: 'head' }, { await: 'body' }, { send: response('200 OK', 'hello') }]],
    },
    requests: [
      {
        host: '127.0.0.1',
        method: 'POST',
        header: [
          ['Content-Type', 'text/plain'],
          ['X-Multi', 'one'],
          ['X-Multi', 'two'],
        ],
        body: { size: 7, framing: 'length' },
      },
    ],
  },
  {
    name: 'post-chunked',
    title: 'a body of unknown length is sent in chunks',
    schemes: ['http', 'https'],
    server: {
      connections: [[{ await: 'head' }, { await: 'body' }, { send: response('200 OK', 'hello') }]],
    },
    requests: [{ host: '127.0.0.1', method: 'POST', body: { size: 7, framing: 'chunked' } }],
  },
];
