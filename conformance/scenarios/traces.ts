import type { Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

/** How traces are registered, composed and shared. */
export const traces: readonly Scenario[] = [
  {
    name: 'two-traces',
    title: 'of two traces the newer one is called first',
    schemes: ['http', 'https'],
    server: {
      connections: [[{ await: 'head' }, { send: head('103 Early Hints') + response('200 OK', 'hello') }]],
    },
    traces: [{}, {}],
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'newer-trace-refuses-informational',
    title: 'of two traces only the newer one refuses a 1xx',
    schemes: ['http', 'https'],
    server: {
      connections: [[{ await: 'head' }, { send: head('103 Early Hints') + response('200 OK', 'hello') }]],
    },
    traces: [{}, { actions: [{ hook: 'got1xxResponse', does: 'returnError' }] }],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'example-of-the-package',
    title: 'a trace with two hooks gets these two (the example of Go’s package documentation)',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    traces: [{ hooks: ['gotConn', 'dnsDone'] }],
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'example-of-the-transport',
    title: 'one trace over several requests tells each one’s connection (the transport example of Go’s blog)',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: response('200 OK', 'hello') },
          { await: 'head' },
          { send: response('200 OK', 'hello', 'Connection: close') },
          { end: 'fin' },
        ],
        [{ await: 'head' }, { send: response('200 OK', 'hello') }],
      ],
    },
    traces: [{ hooks: ['gotConn'] }],
    sharedTraces: true,
    requests: [
      { host: 'localhost', path: '/1' },
      { host: 'localhost', path: '/2' },
      { host: 'localhost', path: '/3' },
    ],
  },
  {
    name: 'three-traces',
    title: 'of three traces the newest is called first and the oldest last',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    traces: [{}, {}, {}],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'traces-with-different-hooks',
    title: 'each trace gets the hooks that it has',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    traces: [
      { hooks: ['getConn', 'connectStart', 'putIdleConn'] },
      { hooks: ['connectStart', 'connectDone', 'gotConn'] },
      { hooks: ['getConn', 'gotFirstResponseByte'] },
    ],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'trace-without-hooks',
    title: 'a trace without hooks is a trace',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    traces: [{ hooks: [] }],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'older-trace-refuses-informational',
    title: 'of two traces the older one refuses a 1xx, and both are told of it',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: { connections: [[{ await: 'head' }, { send: head('103 Early Hints') }, { await: 'end' }]] },
    traces: [{ actions: [{ hook: 'got1xxResponse', does: 'returnError' }] }, {}],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'two-traces-refuse-informational',
    title: 'of two traces both refuse a 1xx, and the request fails once',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: { connections: [[{ await: 'head' }, { send: head('102 Processing') }, { await: 'end' }]] },
    traces: [
      { actions: [{ hook: 'got1xxResponse', does: 'returnError' }] },
      { actions: [{ hook: 'got1xxResponse', does: 'returnError' }] },
    ],
    requests: [{ host: '127.0.0.1' }],
  },
];
