import type { HookName, Scenario } from '../scenario.ts';
import { head, response } from './messages.ts';

const throwing: readonly HookName[] = [
  'getConn',
  'dnsStart',
  'dnsDone',
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'tlsHandshakeDone',
  'gotConn',
  'wroteHeaderField',
  'wroteRequest',
  'gotFirstResponseByte',
  'got1xxResponse',
];

/** A hook that throws: a panic ends Go's process, or the request when it is in the caller's goroutine. */
export const panics: readonly Scenario[] = throwing.map((hook) => ({
  name: `throws-in-${hook.replaceAll(/[A-Z]+|1xx/g, (part) => `-${part.toLowerCase()}`)}`,
  title: `a hook ${hook} that throws`,
  schemes: ['https'],
  server: {
    connections: [
      [{ await: 'head' }, { send: head('103 Early Hints') }, { send: response('200 OK', 'hello') }],
    ],
    unsure: 1,
  },
  traces: [{ actions: [{ hook, does: 'throw' }] }],
  requests: [{ host: 'localhost' }],
}));
