import type { Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

const many = Array.from({ length: 20 }, (_, index) => head('103 Early Hints', `X-Many: ${index}`)).join('');

/** 1xx responses that nobody waits for, and 101. */
export const informational: readonly Scenario[] = [
  {
    name: 'early-hints',
    title: 'each 103 is told with its own fields, the first byte once',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('103 Early Hints', 'Link: </a.css>; rel=preload', 'X-Hint: 1') },
          { awaitHook: 'got1xxResponse' },
          { send: head('103 Early Hints', 'Link: </b.css>', 'Link: </c.css>') },
          { awaitHook: 'got1xxResponse', times: 2 },
          { send: response('200 OK', 'hello') },
        ],
      ],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'informational-refused',
    title: 'an error that got1xxResponse returns ends the request with it',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [[{ await: 'head' }, { send: head('102 Processing') }, { await: 'end' }]],
    },
    traces: [{ actions: [{ hook: 'got1xxResponse', does: 'returnError' }] }],
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'upgrade',
    title: 'a 101 is final: no 1xx hook, and its connection never goes to the pool',
    schemes: ['http', 'https'],
    needs: ['upgrade'],
    server: {
      connections: [
        [
          { await: 'head' },
          {
            send: `${head('101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: echo')}ping`,
          },
          { await: 'end' },
        ],
      ],
    },
    requests: [
      {
        host: '127.0.0.1',
        header: [
          ['Connection', 'Upgrade'],
          ['Upgrade', 'echo'],
        ],
        response: { upgradeAndRead: 4 },
      },
    ],
  },
  {
    name: 'processing',
    title: 'a 102 is told',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [[{ await: 'head' }, { send: head('102 Processing') + response('200 OK', 'hello') }]],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'hints-by-name',
    title: 'a request with a lookup, a handshake and a 1xx has all of their hooks',
    schemes: ['https'],
    needs: ['informational'],
    server: {
      connections: [[{ await: 'head' }, { send: head('103 Early Hints') + response('200 OK', 'hello') }]],
    },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'unknown-informational',
    title: 'a 1xx that nobody knows is told with its fields',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [
        [{ await: 'head' }, { send: head('123 What', 'Foo: bar') + response('200 OK', 'hello') }],
      ],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'unasked-continue',
    title: 'a 100 that nobody waits for is a 1xx like others',
    schemes: ['http', 'https'],
    needs: ['unasked-continue'],
    server: {
      connections: [[{ await: 'head' }, { send: head('100 Continue') + response('200 OK', 'hello') }]],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'many-informational',
    title: 'a client with the hook takes any number of 1xx',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [[{ await: 'head' }, { send: many + response('200 OK', 'hello') }]],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'hints-on-both',
    title: 'each response on a connection has its own 1xx',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('103 Early Hints', 'X-Of: first') + response('200 OK', 'hello') },
          { await: 'head' },
          { send: head('103 Early Hints', 'X-Of: second') + head('204 No Content') },
        ],
      ],
    },
    requests: [{ host: '127.0.0.1' }, { host: '127.0.0.1' }],
  },
  {
    name: 'hints-then-upgrade',
    title: 'a 103 before the 101 is told',
    schemes: ['http', 'https'],
    needs: ['upgrade', 'informational'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('103 Early Hints') },
          { awaitHook: 'got1xxResponse' },
          { send: `${head('101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: echo')}ping` },
          { await: 'end' },
        ],
      ],
    },
    requests: [
      {
        host: '127.0.0.1',
        header: [
          ['Connection', 'Upgrade'],
          ['Upgrade', 'echo'],
        ],
        response: { upgradeAndRead: 4 },
      },
    ],
  },
  {
    name: 'upgrade-refused',
    title: 'an upgrade that the server does not want is a response like others',
    schemes: ['http', 'https'],
    needs: ['upgrade'],
    server: { connections: [[{ await: 'head' }, { send: response('400 Bad Request', 'no') }]] },
    requests: [
      {
        host: '127.0.0.1',
        header: [
          ['Connection', 'Upgrade'],
          ['Upgrade', 'echo'],
        ],
        response: { upgradeAndRead: 2 },
      },
    ],
  },
  {
    name: 'second-informational-refused',
    title: 'an error that got1xxResponse returns for the second 1xx ends the request after both',
    schemes: ['http', 'https'],
    needs: ['informational'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('103 Early Hints', 'X-Hint: 1') },
          { awaitHook: 'got1xxResponse' },
          { send: head('103 Early Hints', 'X-Hint: 2') },
          { await: 'end' },
        ],
      ],
    },
    traces: [{ actions: [{ hook: 'got1xxResponse', does: 'returnError', call: 2 }] }],
    requests: [{ host: '127.0.0.1' }],
  },
];
