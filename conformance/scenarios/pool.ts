import type { Scenario } from '../scenario.ts';
import { answer, head, response } from './messages.ts';

const local = { host: '127.0.0.1' };
const both = ['http', 'https'] as const;

/** Why a connection goes back to the pool, or does not, and who gets it then. */
export const pool: readonly Scenario[] = [
  {
    name: 'keep-alive-off',
    title: 'a client that keeps no connections offers none to the pool',
    schemes: both,
    needs: ['no-keep-alive'],
    client: { keepsAlive: false },
    server: { connections: [answer, answer] },
    requests: [{ host: 'localhost' }, { host: 'localhost' }],
  },
  {
    name: 'request-says-close',
    title: 'a request that is to be the last one of its connection does not give it back',
    schemes: both,
    needs: ['close-request'],
    server: { connections: [answer, answer] },
    requests: [{ ...local, close: true, header: [['X-Told', 'last']] }, local],
  },
  {
    name: 'field-says-close',
    title: 'a field Connection: close that the caller sets is only a field to the transport',
    schemes: both,
    needs: ['close-field'],
    server: { connections: [answer] },
    requests: [{ ...local, header: [['Connection', 'close']] }],
  },
  {
    name: 'http10-response',
    title: 'a response of HTTP/1.0 ends its connection',
    schemes: both,
    server: {
      connections: [
        [{ await: 'head' }, { send: 'HTTP/1.0 203 Old\r\nContent-Length: 5\r\n\r\nhello' }, { end: 'fin' }],
        answer,
      ],
    },
    requests: [local, local],
  },
  {
    name: 'http10-keep-alive',
    title: 'a response of HTTP/1.0 that asks for it keeps its connection',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: 'HTTP/1.0 203 Old\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello' },
          ...answer,
        ],
      ],
    },
    requests: [local, local],
  },
  {
    name: 'delimited-by-close',
    title: 'a body without a length ends with its connection',
    schemes: both,
    server: { connections: [[{ await: 'head' }, { send: `${head('200 OK')}hello` }, { end: 'fin' }]] },
    requests: [local],
  },
  {
    name: 'truncated-body',
    title: 'a body that ends before its length is an error of the reader',
    schemes: both,
    server: {
      connections: [
        [{ await: 'head' }, { send: `${head('200 OK', 'Content-Length: 50')}hello` }, { end: 'fin' }],
      ],
    },
    requests: [local],
  },
  {
    name: 'truncated-chunks',
    title: 'a chunked body without its last chunk is an error of the reader',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: `${head('206 Partial Content', 'Transfer-Encoding: chunked')}5\r\nhello\r\n` },
          { end: 'fin' },
        ],
      ],
    },
    requests: [local],
  },
  {
    name: 'idle-limit',
    title: 'a connection that is one too many for the pool is told so',
    schemes: both,
    needs: ['idle-limit'],
    client: { maxIdleConnections: 1 },
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'wroteRequest', request: 1 },
          { send: response('200 OK', 'hello') },
        ],
        [{ await: 'head' }, { awaitHook: 'putIdleConn', request: 0 }, { send: response('200 OK', 'hello') }],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
  {
    name: 'closed-while-idle',
    title: 'a connection that was closed in the pool is not taken, and nobody is told',
    schemes: both,
    server: {
      connections: [
        [...answer, { awaitHook: 'outcome' }, { end: 'fin' }, { await: 'end' }, { start: 1 }],
        answer,
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
  {
    name: 'unread-response',
    title: 'a response that nobody reads holds its connection',
    schemes: both,
    needs: ['unread-response'],
    server: {
      connections: [[{ await: 'head' }, { send: `${head('200 OK', 'Content-Length: 50')}hello` }], answer],
    },
    requests: [{ ...local, response: 'leave' }, { host: 'localhost' }],
  },
  {
    name: 'closed-at-the-end',
    title:
      'a body of known length that was read to its last byte gives the connection back before it is closed',
    schemes: both,
    server: { connections: [[{ await: 'head' }, { send: response('202 Accepted', 'hello') }]] },
    requests: [{ ...local, response: { closeAfter: 5 } }],
  },
  {
    name: 'queued',
    title: 'at the limit of connections a request waits for one that is given back',
    schemes: both,
    needs: ['connection-limit'],
    client: { maxConnections: 1 },
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'getConn', request: 1 },
          { send: response('200 OK', 'hello') },
          ...answer,
        ],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
  {
    name: 'queued-then-dials',
    title: 'a request that waits for a connection dials when the one before is closed',
    schemes: both,
    needs: ['connection-limit'],
    client: { maxConnections: 1 },
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'getConn', request: 1 },
          { send: response('200 OK', 'hello', 'Connection: close') },
          { end: 'fin' },
        ],
        [{ await: 'head' }, { send: response('201 Created', 'hello') }],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
  {
    name: 'queued-three',
    title: 'three requests at the limit of one connection take it in turn',
    schemes: both,
    needs: ['connection-limit'],
    client: { maxConnections: 1 },
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'getConn', request: 1 },
          { start: 2 },
          { awaitHook: 'getConn', request: 2 },
          { send: response('200 OK', 'hello') },
          ...answer,
          ...answer,
        ],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }, { ...local, starts: 'byServer' }],
  },
  {
    name: 'two-connections',
    title: 'a request that finds no idle connection opens one of its own',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'wroteRequest', request: 1 },
          { send: response('200 OK', 'hello') },
        ],
        [{ await: 'head' }, { awaitHook: 'putIdleConn', request: 0 }, { send: response('200 OK', 'hello') }],
      ],
    },
    requests: [local, { ...local, starts: 'byServer' }],
  },
];
