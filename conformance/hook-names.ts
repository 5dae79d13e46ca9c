import type { ClientTrace } from '../src/trace/client-trace.ts';

/** The sixteen hooks of Go, in the order of their declaration there. */
export const hookNames = [
  'getConn',
  'gotConn',
  'putIdleConn',
  'gotFirstResponseByte',
  'got100Continue',
  'got1xxResponse',
  'dnsStart',
  'dnsDone',
  'connectStart',
  'connectDone',
  'tlsHandshakeStart',
  'tlsHandshakeDone',
  'wroteHeaderField',
  'wroteHeaders',
  'wait100Continue',
  'wroteRequest',
] as const satisfies readonly (keyof ClientTrace)[];

export type HookName = (typeof hookNames)[number];

/** What a script can wait for: a hook; that the caller has read the first bytes of the body; that it has its outcome. */
export type Mark = HookName | 'firstBytes' | 'outcome';
