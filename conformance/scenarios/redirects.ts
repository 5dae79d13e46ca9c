import type { Scenario } from '../scenario.ts';
import { answer, answerBody, head, response } from './messages.ts';

const both = ['http', 'https'] as const;
const local = { host: '127.0.0.1' };
// One connection, because undici's pools open another for a hop that comes before the end of the hop before.
const follow = {
  needs: ['redirects', 'connection-limit'],
  client: { followsRedirects: true, maxConnections: 1 },
} as const;
const nothing = 'Content-Length: 0';

/** Redirects of each code, followed and not. */
export const redirects: readonly Scenario[] = [
  {
    name: 'redirect-not-followed',
    title: 'a redirect that is left to the caller is a response like others',
    schemes: both,
    needs: ['manual-redirects'],
    server: { connections: [[{ await: 'head' }, { send: head('302 Found', 'Location: /next', nothing) }]] },
    requests: [local],
  },
  {
    name: 'redirect-301',
    title: 'a 301 is followed on the same connection, with all hooks once more',
    schemes: both,
    ...follow,
    server: {
      connections: [
        [{ await: 'head' }, { send: head('301 Moved Permanently', 'Location: /next', nothing) }, ...answer],
      ],
    },
    requests: [{ ...local, header: [['X-Told', 'one']] }],
  },
  {
    name: 'redirect-302-post',
    title: 'a POST becomes a GET at a 302, and its body is dropped',
    schemes: both,
    ...follow,
    needs: [...follow.needs, 'redirected-post'],
    server: {
      connections: [
        [
          { await: 'head' },
          { await: 'body' },
          { send: head('302 Found', 'Location: /next', nothing) },
          ...answer,
        ],
      ],
    },
    requests: [{ ...local, method: 'POST', body: { size: 7, framing: 'length' } }],
  },
  {
    name: 'redirect-303-put',
    title: 'a PUT becomes a GET at a 303, and the next hop is on a new connection when the server closes',
    schemes: both,
    ...follow,
    server: {
      connections: [
        [
          { await: 'head' },
          { await: 'body' },
          { send: head('303 See Other', 'Location: /next', nothing, 'Connection: close') },
          { end: 'fin' },
        ],
        answer,
      ],
    },
    requests: [{ ...local, method: 'PUT', body: { size: 7, framing: 'length' } }],
  },
  {
    name: 'redirect-307-post',
    title: 'a 307 keeps method and body',
    schemes: both,
    ...follow,
    server: {
      connections: [
        [
          { await: 'head' },
          { await: 'body' },
          { send: head('307 Temporary Redirect', 'Location: /next', nothing) },
          ...answerBody,
        ],
      ],
    },
    requests: [{ ...local, method: 'POST', body: { size: 7, framing: 'length' } }],
  },
  {
    name: 'redirect-308-other-host',
    title: 'a 308 to another host looks it up and connects there',
    schemes: both,
    ...follow,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: head('308 Permanent Redirect', 'Location: //localhost:PORT/next', nothing) },
        ],
        answer,
      ],
    },
    requests: [local],
  },
  {
    name: 'redirect-308-stream',
    title: 'a body that cannot be had again is not sent to the next hop',
    schemes: both,
    ...follow,
    needs: ['redirects', 'connection-limit', 'chunked-body', 'redirected-stream'],
    server: {
      connections: [
        [
          { await: 'head' },
          { await: 'body' },
          { send: head('308 Permanent Redirect', 'Location: /next', nothing) },
        ],
      ],
    },
    requests: [{ ...local, method: 'POST', body: { size: 7, framing: 'chunked' } }],
  },
  {
    name: 'redirect-twice',
    title: 'each hop is a round trip, the last one is the call’s',
    schemes: both,
    ...follow,
    server: {
      connections: [
        [
          { await: 'head' },
          { send: response('302 Found', 'go on', 'Location: /second') },
          { await: 'head' },
          { send: response('307 Temporary Redirect', 'go on', 'Location: /third') },
          ...answer,
        ],
      ],
    },
    requests: [local],
  },
  {
    name: 'redirect-refused',
    title: 'a hop that fails ends the call',
    schemes: ['http'],
    ...follow,
    server: {
      connections: [
        [{ await: 'head' }, { send: head('302 Found', 'Location: http://127.0.0.2:PORT/', nothing) }],
      ],
    },
    requests: [local],
  },
  {
    name: 'redirect-without-location',
    title: 'a redirect to nowhere is a response like others',
    schemes: both,
    ...follow,
    server: { connections: [[{ await: 'head' }, { send: response('308 Permanent Redirect', 'where?') }]] },
    requests: [local],
  },
];
