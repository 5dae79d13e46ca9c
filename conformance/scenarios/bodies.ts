import type { Scenario } from '../scenario.ts';
import { answer, answerBody, head, response } from './messages.ts';

const both = ['http', 'https'] as const;
const post = { host: '127.0.0.1', method: 'POST' } as const;

/** Responses without a body, requests with one. */
export const bodies: readonly Scenario[] = [
  {
    name: 'head',
    title: 'a response to HEAD has no body and the connection goes to the pool at once',
    schemes: ['http', 'https'],
    needs: ['head-keeps'],
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
    name: 'head-alone',
    title: 'the field Content-Length of a response to HEAD announces nothing',
    schemes: ['http', 'https'],
    server: { connections: [[{ await: 'head' }, { send: head('200 OK', 'Content-Length: 5') }]] },
    requests: [{ host: 'localhost', method: 'HEAD', header: [['X-Told', 'head']] }],
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
    needs: ['repeated-fields'],
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
  {
    name: 'post-empty',
    title: 'an empty body has the length 0',
    schemes: both,
    server: { connections: [answer] },
    requests: [{ ...post, body: { size: 0, framing: 'length' } }],
  },
  {
    name: 'post-large',
    title: 'a large body is written in pieces and told once',
    schemes: both,
    server: { connections: [answerBody] },
    requests: [{ ...post, body: { size: 300_000, framing: 'length' } }],
  },
  {
    name: 'post-then-get',
    title: 'a connection that has carried a body is reused',
    schemes: both,
    server: { connections: [[...answerBody, ...answer]] },
    requests: [{ ...post, body: { size: 7, framing: 'length' } }, { host: '127.0.0.1' }],
  },
  {
    name: 'request-trailers',
    title: 'trailers are announced in the head, and not told themselves',
    schemes: both,
    needs: ['request-trailers'],
    server: { connections: [answerBody] },
    requests: [{ ...post, body: { size: 7, framing: 'chunked', trailers: [['X-Sum', '1']] } }],
  },
  {
    name: 'body-fails',
    title: 'a body whose source fails ends the request with that error',
    schemes: both,
    needs: ['failing-body', 'streamed-length'],
    server: { connections: [[{ await: 'end' }, { end: 'ignore' }]], unsure: 1 },
    requests: [{ ...post, body: { size: 10, framing: 'length', fails: true } }],
  },
  {
    name: 'chunked-body-fails',
    title: 'a chunked body whose source fails ends the request with that error',
    schemes: both,
    needs: ['failing-body'],
    server: { connections: [[{ await: 'end' }, { end: 'ignore' }]], unsure: 1 },
    requests: [{ ...post, body: { size: 10, framing: 'chunked', fails: true } }],
  },
  {
    name: 'body-too-short',
    title: 'a body that is shorter than announced is an error',
    schemes: both,
    needs: ['checked-length'],
    server: { connections: [[{ await: 'end' }, { end: 'ignore' }]], unsure: 1 },
    requests: [{ ...post, body: { size: 11, framing: 'length', endsAfter: 5 } }],
  },
  {
    name: 'body-too-long',
    title: 'a body that is longer than announced is an error',
    schemes: both,
    needs: ['checked-length'],
    server: { connections: [[{ await: 'end' }, { end: 'ignore' }]], unsure: 1 },
    requests: [{ ...post, body: { size: 5, framing: 'length', endsAfter: 11 } }],
  },
  {
    name: 'early-answer',
    title: 'an answer may come before the body is sent, and the connection is kept when both are over',
    schemes: both,
    needs: ['paused-body', 'chunked-body', 'early-answer'],
    server: {
      connections: [[{ await: 'head' }, { send: response('200 OK', 'hello') }, { await: 'body' }]],
    },
    requests: [{ ...post, body: { size: 10, framing: 'chunked', restAfter: 'gotFirstResponseByte' } }],
  },
  {
    name: 'not-modified',
    title: 'a 304 has no body, whatever length it tells',
    schemes: both,
    needs: ['empty-with-length'],
    server: {
      connections: [[{ await: 'head' }, { send: head('304 Not Modified', 'Content-Length: 5') }, ...answer]],
    },
    requests: [{ host: '127.0.0.1', header: [['If-None-Match', '"1"']] }, { host: '127.0.0.1' }],
  },
  {
    name: 'chunked-response',
    title: 'a chunked response with trailers gives its connection back at its last chunk',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('200 OK', 'Transfer-Encoding: chunked', 'Trailer: X-Sum') },
          { awaitHook: 'gotFirstResponseByte' },
          { send: '5\r\nhello\r\n' },
          { awaitHook: 'firstBytes' },
          { send: '0\r\nX-Sum: 1\r\n\r\n' },
          ...answer,
        ],
      ],
    },
    requests: [{ host: 'localhost' }, { host: 'localhost' }],
  },
  {
    name: 'malformed-response',
    title: 'bytes that are no response are a first byte and an error',
    schemes: both,
    server: { connections: [[{ await: 'head' }, { send: 'what?\r\n\r\n' }, { await: 'end' }]] },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'malformed-chunk',
    title: 'a chunk without a size is an error of the reader',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: `${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n` },
          { awaitHook: 'firstBytes' },
          { send: 'what?\r\n' },
          { await: 'end' },
        ],
      ],
    },
    requests: [{ host: '127.0.0.1' }],
  },
  {
    name: 'truncated-head',
    title: 'a head without an end is a first byte and an error',
    schemes: both,
    server: { connections: [[{ await: 'head' }, { send: 'HTTP/1.1 200 OK\r\nX-' }, { end: 'fin' }]] },
    requests: [{ host: 'localhost' }],
  },
];
