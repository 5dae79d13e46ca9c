import type { Scenario } from '../scenario.ts';
import { answer, head } from './messages.ts';

const both = ['http', 'https'] as const;
const local = { host: '127.0.0.1' };
// Go lets a dial go on that nobody waits for; others end it. So its connection may come or not.
const perhaps = { connections: [[{ end: 'ignore' }]], unsure: 1 } as const;

/** Requests that are canceled, stage by stage. */
export const cancellations: readonly Scenario[] = [
  {
    name: 'canceled-before',
    title: 'a request that is canceled before it is made has no hooks',
    schemes: both,
    needs: ['canceled-start'],
    server: perhaps,
    requests: [{ ...local, canceled: true }],
  },
  {
    name: 'canceled-in-lookup',
    title: 'a lookup goes on when its request is canceled',
    schemes: ['http'],
    needs: ['resolver', 'abort-in-start', 'prompt-abort'],
    client: { hosts: { 'one.test': ['127.0.0.1'] }, resolvesAfter: 'outcome' },
    server: perhaps,
    traces: [{ actions: [{ hook: 'dnsStart', does: 'cancel' }] }],
    requests: [{ host: 'one.test' }],
  },
  {
    name: 'canceled-in-failing-lookup',
    title: 'a lookup that fails after its request was canceled is told',
    schemes: ['http'],
    needs: ['resolver', 'abort-in-start', 'prompt-abort'],
    client: { hosts: {}, resolvesAfter: 'outcome' },
    server: { connections: [] },
    traces: [{ actions: [{ hook: 'dnsStart', does: 'cancel' }] }],
    requests: [{ host: 'one.test' }],
  },
  {
    name: 'canceled-in-connect',
    title: 'an attempt goes on when its request is canceled, and the handshake after it',
    schemes: ['https'],
    needs: ['abort-in-start', 'prompt-abort'],
    server: {
      raw: true,
      connections: [[{ awaitHook: 'outcome' }, { end: 'ignore' }, { end: 'fin' }]],
      unsure: 1,
    },
    traces: [{ actions: [{ hook: 'connectStart', does: 'cancel' }] }],
    requests: [local],
  },
  {
    name: 'canceled-in-handshake',
    title: 'a handshake goes on when its request is canceled, and its end is told',
    schemes: ['https'],
    needs: ['prompt-abort'],
    server: {
      raw: true,
      connections: [[{ await: 'record' }, { cancel: 0 }, { awaitHook: 'outcome' }, { end: 'fin' }]],
    },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'canceled-in-queue',
    title: 'a request that is canceled while it waits for a connection has asked for one and no more',
    schemes: both,
    needs: ['connection-limit', 'queue-abort'],
    client: { maxConnections: 1 },
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'getConn', request: 1 },
          { cancel: 1 },
          { awaitHook: 'outcome', request: 1 },
          { send: head('204 No Content') },
        ],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
  {
    name: 'canceled-while-expecting',
    title: 'a request that is canceled while it waits for the 100 has sent no body',
    schemes: both,
    needs: ['expect'],
    server: {
      connections: [[{ await: 'head' }, { awaitHook: 'wait100Continue' }, { cancel: 0 }, { await: 'end' }]],
    },
    requests: [
      {
        ...local,
        method: 'POST',
        header: [['Expect', '100-continue']],
        body: { size: 7, framing: 'length' },
      },
    ],
  },
  {
    name: 'canceled-while-sending',
    title: 'a request that is canceled while its body is sent tells that it was not written',
    schemes: ['http'],
    server: {
      connections: [
        [{ await: 'head' }, { pause: true }, { awaitHook: 'wroteHeaders' }, { cancel: 0 }, { end: 'ignore' }],
      ],
    },
    requests: [{ ...local, method: 'POST', body: { size: 30_000_000, framing: 'length' } }],
  },
  {
    name: 'canceled-while-reading',
    title: 'a request that is canceled while the body is read is an error of the reader',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: `${head('200 OK', 'Content-Length: 50')}hello` },
          { awaitHook: 'firstBytes' },
          { cancel: 0 },
          { await: 'end' },
        ],
      ],
    },
    requests: [local],
  },
  {
    name: 'canceled-on-reused-connection',
    title: 'a canceled request takes its connection with it, reused or not',
    schemes: both,
    server: {
      connections: [
        [
          ...answer,
          { await: 'head' },
          { awaitHook: 'wroteRequest', request: 1 },
          { cancel: 1 },
          { await: 'end' },
        ],
        // Undici dials once more for nobody (`spurious-dial`), and the next request goes on either.
        answer,
        answer,
      ],
      unsure: 2,
    },
    requests: [local, local, local],
  },
  {
    name: 'header-timeout',
    title: 'a response that does not come in time ends the request',
    schemes: both,
    needs: ['header-timeout'],
    client: { headerTimeout: 50 },
    server: { connections: [[{ await: 'head' }, { await: 'end' }]] },
    requests: [local],
  },
];
