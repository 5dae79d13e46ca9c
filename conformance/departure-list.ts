import type { Departure, Edit } from './departures.ts';

const node = ['http', 'https'] as const;
const attempt = { network: 'tcp', addr: '127.0.0.1:PORT' } as const;

export const departures: readonly Departure[] = [
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['untrusted-certificate'],
    edits: handshake('localhost', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['wrong-name'],
    edits: handshake('wrong.test', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['expired'],
    edits: handshake('', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['self-signed'],
    edits: handshake('example.test', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['connect-proxy-untrusted'],
    edits: handshake('localhost', 'CN=localhost'),
  },
  {
    id: 'tls-state-on-failure',
    clients: ['https'],
    scenarios: ['no-common-version', 'canceled-in-handshake'],
    edits: [{ edit: 'argument', hook: 'tlsHandshakeDone', name: 'serverName', value: 'localhost' }],
  },
  {
    id: 'tls-peer-when-resumed',
    clients: ['https'],
    scenarios: ['resumed-session', 'tls12-resumed'],
    edits: [{ request: 1, edit: 'argument', hook: 'tlsHandshakeDone', name: 'peer', value: '' }],
  },
  {
    id: 'informational-first-error',
    clients: node,
    scenarios: ['newer-trace-refuses-informational'],
    edits: [
      { edit: 'remove', hook: 'putIdleConn' },
      { edit: 'outcome', fields: { status: 0, bytes: 0, error: 'hook' } },
    ],
  },
  {
    id: 'hook-throws',
    clients: ['https'],
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
    clients: node,
    scenarios: ['stale-get', 'stale-idempotent-post'],
    edits: [
      { request: 1, edit: 'until', hook: 'getConn', call: 2 },
      { request: 1, edit: 'outcome', fields: { status: 0, bytes: 0, error: 'closed' } },
    ],
  },
  {
    id: 'no-transport-retry',
    clients: node,
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
    scenarios: ['canceled-in-failing-lookup'],
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
    clients: ['https'],
    scenarios: ['connect-proxy', 'connect-proxy-reused', 'connect-proxy-refused', 'connect-proxy-untrusted'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'localhost:PORT' }],
  },
  {
    id: 'get-conn-target',
    clients: ['https'],
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
    clients: ['https'],
    scenarios: ['socks-tls'],
    edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'example.test:PORT' }],
  },
  {
    id: 'closed-before-end',
    unwritten: true,
    clients: node,
    scenarios: ['closed-at-the-end'],
    edits: [{ edit: 'remove', hook: 'putIdleConn' }],
  },
  {
    id: 'zone-in-host-field',
    unwritten: true,
    clients: ['http'],
    scenarios: ['ipv6-zone'],
    edits: [{ edit: 'argument', hook: 'wroteHeaderField', name: 'value', value: ['[::1%lo]:PORT'] }],
  },
  {
    id: 'aborted-dial-started',
    unwritten: true,
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
    unwritten: true,
    clients: ['http'],
    scenarios: ['canceled-while-sending'],
    edits: [{ edit: 'argument', hook: 'wroteRequest', name: 'err', value: 'canceled' }],
  },
  {
    id: 'error-is-the-clients',
    unwritten: true,
    clients: node,
    scenarios: ['truncated-head'],
    edits: [{ edit: 'outcome', fields: { error: 'closed' } }],
  },
  {
    id: 'error-is-the-clients',
    unwritten: true,
    clients: node,
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
