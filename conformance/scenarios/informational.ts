import type { FreePair, Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

/** 1xx responses, asked for and not. */

const expecting = {
  host: '127.0.0.1',
  method: 'POST',
  header: [['Expect', '100-continue']],
  body: { size: 7, framing: 'length' },
} as const;

// The head is flushed before Wait100Continue is called, and the writer goes on while the reader still calls its hooks.
const readerAgainstWriter: readonly FreePair[] = [
  ['wait100Continue', 'gotFirstResponseByte'],
  ['wait100Continue', 'got100Continue'],
  ['wait100Continue', 'got1xxResponse'],
  ['wroteRequest', 'got1xxResponse'],
];

export const informational: readonly Scenario[] = [
  {
    name: 'expect-continue',
    title: 'Expect: 100-continue holds the body back until the 100',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('100 Continue') },
          { await: 'body' },
          { send: response('200 OK', 'hello') },
        ],
      ],
    },
    requests: [expecting],
    freedom: readerAgainstWriter,
  },
  {
    name: 'expect-without-continue',
    title: 'without a 100 the body is sent when the wait is over',
    schemes: ['http', 'https'],
    client: { expectContinueTimeout: 50 },
    server: {
      connections: [[{ await: 'head' }, { await: 'body' }, { send: response('200 OK', 'hello') }]],
    },
    requests: [expecting],
    freedom: [['wroteRequest', 'gotFirstResponseByte']],
  },
  {
    name: 'expect-refused',
    title: 'a final answer with Connection: close instead of the 100 means that the body is not sent',
    schemes: ['http', 'https'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: response('417 Expectation Failed', 'no', 'Connection: close') },
          { await: 'end' },
        ],
      ],
    },
    requests: [expecting],
    freedom: [
      ['wait100Continue', 'gotFirstResponseByte'],
      ['wroteRequest', 'gotFirstResponseByte'],
    ],
  },
  {
    name: 'early-hints',
    title: 'each 103 is told with its own fields, the first byte once',
    schemes: ['http', 'https'],
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
];
