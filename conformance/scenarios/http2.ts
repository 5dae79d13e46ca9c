import type { Scenario } from '../scenario.ts';
import type { ServerScript, StreamStep } from '../server-script.ts';

const h2 = ['h2'] as const;
const local = { host: '127.0.0.1' };
const post = { ...local, method: 'POST', body: { size: 7, framing: 'length' } } as const;
const hello: readonly StreamStep[] = [{ respond: 200 }, { data: 'hello', ends: true }];

/** A server of connections with these streams. */
function serving(...sessions: readonly (readonly (readonly StreamStep[])[])[]): ServerScript {
  return { connections: [], sessions };
}

/** Streams of HTTP/2. */
export const streams: readonly Scenario[] = [
  {
    name: 'h2-first',
    title: 'the first stream of a connection has a dial whose handshake agrees on h2',
    schemes: h2,
    server: serving([hello]),
    requests: [{ ...local, header: [['X-Told', 'one']] }],
  },
  {
    name: 'h2-by-name',
    title: 'a name is looked up for HTTP/2 as for others',
    schemes: h2,
    server: serving([hello]),
    requests: [{ host: 'localhost', path: '/named' }],
  },
  {
    name: 'h2-second',
    title: 'the second stream finds the connection idle, and is not told of a pool',
    schemes: h2,
    server: serving([hello, hello]),
    requests: [local, { ...local, path: '/second' }],
  },
  {
    name: 'h2-concurrent',
    title: 'a stream beside another one is on a connection that is not idle',
    schemes: h2,
    needs: ['h2-multiplex'],
    server: serving([[{ start: 1 }, { awaitHook: 'outcome', request: 1 }, ...hello], hello]),
    requests: [local, { ...local, path: '/beside', starts: 'byServer' }],
  },
  {
    name: 'h2-three-concurrent',
    title: 'three streams at once are on one connection',
    schemes: h2,
    needs: ['h2-multiplex'],
    server: serving([
      [{ start: 1 }, { awaitHook: 'outcome', request: 2 }, ...hello],
      [{ start: 2 }, { awaitHook: 'outcome', request: 2 }, ...hello],
      hello,
    ]),
    requests: [
      local,
      { ...local, path: '/2', starts: 'byServer' },
      { ...local, path: '/3', starts: 'byServer' },
    ],
  },
  {
    name: 'h2-no-content',
    title: 'a response without a body ends its stream',
    schemes: h2,
    server: serving([[{ respond: 204, ends: true }]]),
    requests: [{ ...local, path: '/nothing' }],
  },
  {
    name: 'h2-head',
    title: 'HEAD over HTTP/2',
    schemes: h2,
    server: serving([[{ respond: 200, fields: { 'content-length': '5' }, ends: true }]]),
    requests: [{ ...local, method: 'HEAD' }],
  },
  {
    name: 'h2-post',
    title: 'a body of known length has a field for it',
    schemes: h2,
    server: serving([[{ await: 'body' }, ...hello]]),
    requests: [post],
  },
  {
    name: 'h2-post-stream',
    title: 'a body of unknown length has no field for it',
    schemes: h2,
    server: serving([[{ await: 'body' }, ...hello]]),
    requests: [{ ...post, body: { size: 7, framing: 'chunked' } }],
  },
  {
    name: 'h2-trailers',
    title: 'trailers of a response are not told',
    schemes: h2,
    server: serving([[{ respond: 200 }, { data: 'hello', ends: true, trailers: { 'x-sum': '1' } }]]),
    requests: [{ ...local, path: '/trailers' }],
  },
  {
    name: 'h2-hints',
    title: 'each 1xx of a stream is told with its own fields',
    schemes: h2,
    needs: ['h2-informational'],
    server: serving([
      [
        { inform: 103, fields: { link: '</a.css>' } },
        { awaitHook: 'got1xxResponse' },
        { inform: 103, fields: { link: ['</b.css>', '</c.css>'] } },
        { awaitHook: 'got1xxResponse', times: 2 },
        ...hello,
      ],
    ]),
    requests: [local],
  },
  {
    name: 'h2-many-informational',
    title: 'a client with the hook takes any number of 1xx over HTTP/2 too',
    schemes: h2,
    needs: ['h2-informational'],
    server: serving([
      [
        ...Array.from({ length: 10 }, (_, index) => ({ inform: 103, fields: { 'x-many': String(index) } })),
        { awaitHook: 'got1xxResponse', times: 10 },
        ...hello,
      ],
    ]),
    requests: [local],
  },
  {
    name: 'h2-processing',
    title: 'a 102 over HTTP/2 is told',
    schemes: h2,
    needs: ['h2-informational'],
    server: serving([[{ inform: 102 }, { awaitHook: 'got1xxResponse' }, ...hello]]),
    requests: [local],
  },
  {
    name: 'h2-unasked-continue',
    title: 'a 100 that nobody waits for is told over HTTP/2',
    schemes: h2,
    needs: ['h2-informational'],
    server: serving([[{ inform: 100 }, { awaitHook: 'got1xxResponse' }, ...hello]]),
    requests: [local],
  },
  {
    name: 'h2-informational-refused',
    title: 'an error that got1xxResponse returns ends the stream alone',
    schemes: h2,
    needs: ['h2-informational'],
    server: serving([[{ inform: 103 }, { await: 'end' }], hello]),
    traces: [{ actions: [{ hook: 'got1xxResponse', does: 'returnError' }] }],
    requests: [local, local],
  },
  {
    name: 'h2-reset',
    title: 'a stream that the server resets before its head has no first byte',
    schemes: h2,
    server: serving([[{ awaitHook: 'wroteRequest' }, { reset: 'INTERNAL_ERROR' }], hello]),
    requests: [local, local],
  },
  {
    name: 'h2-reset-after-head',
    title: 'a stream that the server resets after its head is an error of the reader',
    schemes: h2,
    server: serving([
      [{ respond: 200 }, { data: 'hello' }, { awaitHook: 'firstBytes' }, { reset: 'INTERNAL_ERROR' }],
    ]),
    requests: [{ ...local, path: '/reset' }],
  },
  {
    name: 'h2-refused-stream',
    title: 'a stream that the server refuses is made again',
    schemes: h2,
    needs: ['h2-retry'],
    server: serving([[{ awaitHook: 'wroteRequest' }, { reset: 'REFUSED_STREAM' }], hello]),
    requests: [local],
  },
  {
    name: 'h2-goaway-later',
    title: 'after a GOAWAY the next request dials',
    schemes: h2,
    needs: ['h2-goaway'],
    server: serving(
      [[{ goaway: 'NO_ERROR', last: 1 }, { respond: 200 }, { data: 'hello', ends: true }]],
      [hello],
    ),
    requests: [local, { ...local, path: '/next' }],
  },
  {
    name: 'h2-goaway-before',
    title: 'a stream after the last one that a GOAWAY serves is made again',
    schemes: h2,
    needs: ['h2-retry', 'h2-multiplex'],
    server: serving(
      [
        [{ start: 1 }, { awaitHook: 'outcome', request: 1 }, ...hello],
        [
          { awaitHook: 'wroteRequest', request: 1 },
          { goaway: 'NO_ERROR', last: 1 },
        ],
      ],
      [hello],
    ),
    requests: [local, { ...local, path: '/again', starts: 'byServer' }],
  },
  {
    name: 'h2-closed',
    title: 'a connection that is closed before the head ends its stream',
    schemes: h2,
    server: serving([[{ awaitHook: 'wroteRequest' }, { close: true }]]),
    requests: [{ ...post, path: '/closed', header: [['X-Told', 'closed']] }],
  },
  {
    name: 'h2-canceled-while-waiting',
    title: 'a request that is canceled while it waits ends its stream',
    schemes: h2,
    server: serving([[{ awaitHook: 'wroteRequest' }, { cancel: 0 }, { await: 'end' }]]),
    requests: [{ ...local, path: '/canceled' }],
  },
  {
    name: 'h2-canceled-while-reading',
    title: 'a stream that is canceled while its body is read is an error of the reader',
    schemes: h2,
    server: serving([
      [{ respond: 200 }, { data: 'hello' }, { awaitHook: 'firstBytes' }, { cancel: 0 }, { await: 'end' }],
    ]),
    requests: [{ ...local, path: '/canceled' }],
  },
  {
    name: 'h2-body-closed-early',
    title: 'a response that is closed before its end leaves the connection to others',
    schemes: h2,
    server: serving([[{ respond: 200 }, { data: 'hello' }, { await: 'end' }], hello]),
    requests: [{ ...local, path: '/early', response: { closeAfter: 3 } }, local],
  },
  {
    name: 'h2-two-traces',
    title: 'of two traces the newer one is called first over HTTP/2 too',
    schemes: h2,
    server: serving([hello]),
    traces: [{}, {}],
    requests: [local],
  },
  {
    name: 'h2-untrusted',
    title: 'a certificate of an unknown authority ends the handshake for HTTP/2',
    schemes: h2,
    client: { trustsAuthority: false },
    server: { connections: [], sessions: [] },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'h2-refused',
    title: 'a refused connection ends the request for HTTP/2',
    schemes: h2,
    server: { refuses: true, connections: [], sessions: [] },
    requests: [local],
  },
];
