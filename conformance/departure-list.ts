import type { Departure, Edit } from './departures.ts';

const node = ['http', 'https'] as const;
const undicis = ['undici6', 'undici7', 'undici8'] as const;
const h2 = ['http2', 'undici7', 'undici8'] as const;
const tls = ['https', 'fetch', ...undicis] as const;
const all = ['http', ...tls] as const;
const attempt = { network: 'tcp', addr: '127.0.0.1:PORT' } as const;

/** An undici that opens a connection for a request that was aborted before it was made. */
const dialled: readonly Edit[] = [
  { edit: 'insert', hook: 'getConn', args: { hostPort: '127.0.0.1:PORT' } },
  { edit: 'insert', hook: 'connectStart', args: attempt },
  { edit: 'insert', hook: 'connectDone', args: { ...attempt, err: null } },
];

export const departures: readonly Departure[] = [
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['untrusted-certificate'],
    edits: handshake('localhost', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['wrong-name'],
    edits: handshake('wrong.test', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['expired'],
    edits: handshake('', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['self-signed'],
    edits: handshake('example.test', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['connect-proxy-untrusted'],
    edits: handshake('localhost', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: tls,
    scenarios: ['no-common-version', 'canceled-in-handshake'],
    edits: [{ edit: 'argument', hook: 'tlsHandshakeDone', name: 'serverName', value: 'localhost' }],
  },
  {
    id: 'ipv6-certificate',
    clients: tls,
    schemes: ['https'],
    scenarios: ['ipv6'],
    nodes: [22],
    // The client closes the connection before the server's end of the handshake.
    problems: ['0 connections instead of 1'],
    edits: [
      { edit: 'until', hook: 'gotConn', call: 1 },
      { edit: 'argument', hook: 'tlsHandshakeDone', name: 'err', value: 'tls-verify' },
      { edit: 'outcome', fields: { status: 0, bytes: 0, error: 'tls-verify' } },
    ],
  },
  {
    id: 'tls-peer-when-resumed',
    clients: tls,
    scenarios: ['resumed-session', 'tls12-resumed'],
    edits: [{ request: 1, edit: 'argument', hook: 'tlsHandshakeDone', name: 'peer', value: '' }],
  },
  {
    id: 'informational-first-error',
    clients: all,
    scenarios: ['newer-trace-refuses-informational'],
    edits: [
      { edit: 'remove', hook: 'putIdleConn' },
      { edit: 'outcome', fields: { status: 0, bytes: 0, error: 'hook' } },
    ],
  },
  {
    id: 'hook-throws',
    clients: tls,
    scenarios: [
      'throws-in-get-conn',
      'throws-in-dns-start',
      'throws-in-dns-done',
      'throws-in-connect-start',
      'throws-in-connect-done',
      'throws-in-tls-handshake-start',
      'throws-in-tls-handshake-done',
      'throws-in-got-conn',
      'throws-in-wrote-header-field',
      'throws-in-wrote-request',
      'throws-in-got-first-response-byte',
      'throws-in-got-1xx-response',
    ],
    edits: [{ edit: 'as', scenario: 'hints-by-name' }],
  },
  {
    id: 'expect-is-the-callers',
    clients: node,
    scenarios: ['expect-without-body'],
    edits: [{ edit: 'insert', hook: 'wait100Continue', before: 'wroteRequest' }],
  },
  {
    id: 'expect-is-the-callers',
    clients: node,
    scenarios: ['expect-closed'],
    edits: [{ edit: 'argument', hook: 'wroteRequest', name: 'err', value: 'closed' }],
  },
  {
    id: 'expect-is-the-callers',
    clients: node,
    scenarios: ['canceled-while-expecting'],
    edits: [{ edit: 'argument', hook: 'wroteRequest', name: 'err', value: 'canceled' }],
  },
  {
    id: 'no-transport-retry',
    clients: all,
    scenarios: ['stale-get', 'stale-idempotent-post'],
    edits: [
      { request: 1, edit: 'until', hook: 'getConn', call: 2 },
      { request: 1, edit: 'outcome', fields: { status: 0, bytes: 0, error: 'closed' } },
    ],
  },
  {
    id: 'no-transport-retry',
    clients: all,
    scenarios: ['stale-twice'],
    edits: [
      { request: 2, edit: 'until', hook: 'getConn', call: 2 },
      { request: 2, edit: 'outcome', fields: { status: 0, bytes: 0, error: 'closed' } },
    ],
  },
  {
    id: 'dial-ends-with-request',
    clients: node,
    scenarios: ['canceled-in-lookup'],
    // From Node 24 on the lookup of a dial that its request gives up goes on to its end.
    nodes: [20, 22],
    edits: [
      { edit: 'argument', hook: 'dnsDone', name: 'err', value: 'canceled' },
      { edit: 'argument', hook: 'dnsDone', name: 'addrs', value: [] },
      { edit: 'remove', hook: 'connectStart' },
      { edit: 'remove', hook: 'connectDone' },
    ],
  },
  {
    id: 'dial-ends-with-request',
    clients: node,
    scenarios: ['canceled-in-lookup'],
    nodes: [24, 26],
    edits: [{ edit: 'argument', hook: 'connectDone', name: 'err', value: 'canceled' }],
  },
  {
    id: 'dial-ends-with-request',
    clients: node,
    scenarios: ['canceled-in-failing-lookup'],
    nodes: [20, 22],
    edits: [{ edit: 'argument', hook: 'dnsDone', name: 'err', value: 'canceled' }],
  },
  {
    id: 'dial-ends-with-request',
    clients: node,
    scenarios: ['canceled-in-connect'],
    edits: [
      { edit: 'argument', hook: 'connectDone', name: 'err', value: 'canceled' },
      { edit: 'remove', hook: 'tlsHandshakeStart' },
      { edit: 'remove', hook: 'tlsHandshakeDone' },
    ],
  },
  {
    id: 'dial-ends-with-request',
    clients: node,
    scenarios: ['canceled-in-handshake'],
    edits: [{ edit: 'argument', hook: 'tlsHandshakeDone', name: 'err', value: 'canceled' }],
  },
  {
    id: 'get-conn-target',
    clients: ['https', ...undicis],
    scenarios: ['connect-proxy', 'connect-proxy-reused', 'connect-proxy-refused', 'connect-proxy-untrusted'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'localhost:PORT' }],
  },
  {
    id: 'get-conn-target',
    clients: ['https', ...undicis],
    scenarios: ['tls-proxy'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: '127.0.0.1:PORT' }],
  },
  {
    id: 'get-conn-target',
    clients: ['http'],
    scenarios: ['socks'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'behind.test:PORT' }],
  },
  {
    id: 'get-conn-target',
    clients: ['http'],
    scenarios: ['socks-says-no'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'origin.test:PORT' }],
  },
  {
    id: 'get-conn-target',
    clients: ['https'],
    scenarios: ['connect-proxy-closes'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'localhost:PORT' }],
  },
  {
    id: 'error-is-the-clients',
    clients: node,
    scenarios: ['socks-says-no', 'connect-proxy-closes'],
    edits: [{ edit: 'outcome', fields: { error: 'other' } }],
  },
  {
    id: 'get-conn-target',
    clients: ['https'],
    scenarios: ['socks-tls'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'example.test:PORT' }],
  },
  {
    id: 'closed-before-end',
    clients: node,
    scenarios: ['closed-at-the-end'],
    edits: [{ edit: 'remove', hook: 'putIdleConn' }],
  },
  {
    id: 'zone-in-host-field',
    clients: ['http'],
    scenarios: ['ipv6-zone'],
    edits: [{ edit: 'argument', hook: 'wroteHeaderField', name: 'value', value: ['[::1%lo]:PORT'] }],
  },
  {
    id: 'aborted-dial-started',
    clients: node,
    scenarios: ['canceled-before'],
    edits: [
      { edit: 'insert', hook: 'getConn', args: { hostPort: '127.0.0.1:PORT' } },
      { edit: 'insert', hook: 'connectStart', args: attempt },
      { edit: 'insert', hook: 'connectDone', args: { ...attempt, err: 'canceled' } },
    ],
  },
  {
    id: 'canceled-write-error',
    clients: all,
    scenarios: ['canceled-while-sending'],
    edits: [{ edit: 'argument', hook: 'wroteRequest', name: 'err', value: 'canceled' }],
  },
  {
    id: 'refusal-reaches-caller',
    clients: h2,
    scenarios: ['h2-informational-refused'],
    edits: [{ request: 0, edit: 'outcome', fields: { error: 'hook' } }],
  },
  {
    id: 'no-transport-retry',
    clients: ['http2'],
    scenarios: ['h2-goaway-later'],
    edits: [
      { request: 1, edit: 'remove', hook: 'getConn' },
      {
        request: 1,
        edit: 'insert',
        hook: 'getConn',
        args: { hostPort: '127.0.0.1:PORT' },
        before: 'connectStart',
      },
    ],
  },
  {
    id: 'error-is-the-clients',
    clients: ['http2'],
    scenarios: ['h2-closed'],
    edits: [{ edit: 'outcome', fields: { error: 'stream' } }],
  },
  {
    id: 'tls-state-on-failure',
    clients: h2,
    scenarios: ['h2-untrusted'],
    edits: [
      ...handshake('localhost', 'CN=localhost'),
      { edit: 'argument', hook: 'tlsHandshakeDone', name: 'alpnProtocol', value: 'h2' },
    ],
  },
  {
    id: 'error-is-the-clients',
    clients: undicis,
    scenarios: ['connect-proxy-says-no'],
    edits: [{ edit: 'outcome', fields: { error: 'canceled' } }],
  },
  {
    id: 'close-field-closes',
    clients: undicis,
    scenarios: ['field-says-close'],
    edits: [{ edit: 'remove', hook: 'putIdleConn' }],
  },
  {
    id: 'get-conn-target',
    clients: undicis,
    scenarios: ['connect-proxy-says-no'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'localhost:PORT' }],
  },
  {
    id: 'aborted-dial-started',
    clients: undicis,
    schemes: ['http'],
    scenarios: ['canceled-before'],
    edits: dialled,
  },
  {
    id: 'aborted-dial-started',
    clients: undicis,
    schemes: ['https'],
    scenarios: ['canceled-before'],
    edits: [
      ...dialled,
      { edit: 'insert', hook: 'tlsHandshakeStart' },
      {
        edit: 'insert',
        hook: 'tlsHandshakeDone',
        args: {
          version: 'TLSv1.3',
          alpnProtocol: '',
          serverName: '',
          resumed: false,
          peer: 'CN=localhost',
          err: null,
        },
      },
    ],
  },
  {
    id: 'head-closes',
    clients: ['fetch', ...undicis],
    scenarios: ['head-alone'],
    edits: [{ edit: 'remove', hook: 'putIdleConn' }],
  },
  {
    id: 'redirect-hop-early',
    clients: undicis,
    scenarios: [
      'redirect-301',
      'redirect-302-post',
      'redirect-307-post',
      'redirect-308-other-host',
      'redirect-refused',
      'redirect-twice',
    ],
    edits: [
      { edit: 'free', pair: ['getConn', 'putIdleConn'] },
      { edit: 'free', pair: ['dnsStart', 'putIdleConn'] },
    ],
  },
  {
    id: 'error-is-the-clients',
    clients: all,
    scenarios: ['truncated-head'],
    edits: [{ edit: 'outcome', fields: { error: 'closed' } }],
  },
  {
    id: 'error-is-the-clients',
    clients: all,
    scenarios: ['stale-after-first-byte'],
    edits: [{ request: 1, edit: 'outcome', fields: { error: 'closed' } }],
  },
];

/** What is known of a handshake that failed, where Go tells nothing. */
function handshake(serverName: string, peer: string): readonly Edit[] {
  return Object.entries({ serverName, peer, version: 'TLSv1.3' }).map(([name, value]) => ({
    edit: 'argument',
    hook: 'tlsHandshakeDone',
    name,
    value,
  }));
}
