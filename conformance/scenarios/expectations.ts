import type { FreePair, Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

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

/** Requests that hold their body back until a 100. */
export const expectations: readonly Scenario[] = [
  {
    name: 'expect-continue',
    title: 'Expect: 100-continue holds the body back until the 100',
    schemes: ['http', 'https'],
    needs: ['expect'],
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
    needs: ['expect'],
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
    needs: ['expect'],
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
    name: 'expect-refused-kept',
    title: 'a final answer instead of the 100 that keeps the connection has the body sent for nothing',
    schemes: ['http', 'https'],
    needs: ['expect'],
    server: {
      connections: [
        [{ await: 'head' }, { send: response('417 Expectation Failed', 'no') }, { await: 'body' }],
      ],
    },
    requests: [expecting],
    freedom: [
      ['wait100Continue', 'gotFirstResponseByte'],
      ['wroteRequest', 'gotFirstResponseByte'],
    ],
  },
  {
    name: 'expect-late',
    title: 'a 100 that comes after the body is still told',
    schemes: ['http', 'https'],
    needs: ['expect'],
    client: { expectContinueTimeout: 50 },
    server: {
      connections: [
        [
          { await: 'head' },
          { await: 'body' },
          { awaitHook: 'wroteRequest' },
          { send: head('100 Continue') },
          { awaitHook: 'got1xxResponse' },
          { send: response('200 OK', 'hello') },
        ],
      ],
    },
    requests: [expecting],
  },
  {
    name: 'expect-twice',
    title: 'the second 100 is one more 1xx and no more the awaited one',
    schemes: ['http', 'https'],
    needs: ['expect'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('100 Continue', 'X-First: 1') + head('100 Continue', 'X-Second: 2') },
          { await: 'body' },
          { send: response('200 OK', 'hello') },
        ],
      ],
    },
    requests: [expecting],
    freedom: readerAgainstWriter,
  },
  {
    name: 'expect-hints-first',
    title: 'a 103 before the 100 does not end the wait',
    schemes: ['http', 'https'],
    needs: ['expect'],
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('103 Early Hints', 'Link: </a.css>') },
          { awaitHook: 'got1xxResponse' },
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
    name: 'expect-chunked',
    title: 'a body of unknown length is held back like others',
    schemes: ['http', 'https'],
    needs: ['expect'],
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
    requests: [{ ...expecting, body: { size: 7, framing: 'chunked' } }],
    freedom: readerAgainstWriter,
  },
  {
    name: 'expect-without-body',
    title: 'without a body there is nothing to wait for',
    schemes: ['http', 'https'],
    needs: ['expect'],
    server: { connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }]] },
    requests: [{ host: '127.0.0.1', method: 'POST', header: [['Expect', '100-continue']] }],
  },
  {
    name: 'expect-closed',
    title: 'a connection that is closed instead of the 100 ends the request',
    schemes: ['http', 'https'],
    needs: ['expect'],
    server: {
      connections: [[{ await: 'head' }, { awaitHook: 'wait100Continue' }, { end: 'fin' }]],
    },
    requests: [expecting],
  },
];
