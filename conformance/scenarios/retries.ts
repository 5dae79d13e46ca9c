import type { Scenario } from '../scenario.ts';
import { answer, answerBody, response } from './messages.ts';

const both = ['http', 'https'] as const;
const local = { host: '127.0.0.1' };
const post = { ...local, method: 'POST', body: { size: 7, framing: 'length' } } as const;

/** Requests that meet a connection which the server has given up. */
export const retries: readonly Scenario[] = [
  {
    name: 'stale-get',
    title: 'a GET on a stale connection is made again on a new one',
    schemes: both,
    server: { connections: [[...answer, { await: 'head' }, { end: 'fin' }], answer], unsure: 1 },
    requests: [local, local],
  },
  {
    name: 'stale-post',
    title: 'a POST on a stale connection is not made again',
    schemes: both,
    server: { connections: [[...answer, { await: 'head' }, { await: 'body' }, { end: 'fin' }]] },
    requests: [local, post],
  },
  {
    name: 'stale-idempotent-post',
    title: 'a POST with an idempotency key is made again, with its body',
    schemes: both,
    server: {
      connections: [[...answer, { await: 'head' }, { await: 'body' }, { end: 'fin' }], answerBody],
      unsure: 1,
    },
    requests: [local, { ...post, header: [['Idempotency-Key', '1']] }],
  },
  {
    name: 'stale-stream',
    title: 'a body that cannot be had again is not sent again',
    schemes: both,
    needs: ['chunked-body'],
    server: { connections: [[...answer, { await: 'head' }, { await: 'body' }, { end: 'fin' }]] },
    requests: [local, { ...post, header: [['Idempotency-Key', '1']], body: { size: 7, framing: 'chunked' } }],
  },
  {
    name: 'stale-after-first-byte',
    title: 'after the first byte of an answer nothing is made again',
    schemes: both,
    server: { connections: [[...answer, { await: 'head' }, { send: 'HTT' }, { end: 'fin' }]] },
    requests: [local, local],
  },
  {
    name: 'stale-twice',
    title: 'a request is made again as long as there are stale connections',
    schemes: both,
    server: {
      connections: [
        [
          { await: 'head' },
          { start: 1 },
          { awaitHook: 'wroteRequest', request: 1 },
          { send: response('200 OK', 'hello') },
          { await: 'head' },
          { end: 'fin' },
        ],
        [
          { await: 'head' },
          { awaitHook: 'putIdleConn', request: 0 },
          { send: response('200 OK', 'hello') },
          { await: 'head' },
          { end: 'fin' },
        ],
        answer,
      ],
      unsure: 3,
    },
    requests: [local, { ...local, starts: 'byServer' }, local],
  },
];
