import type { ServerStep } from '../server-script.ts';

/** Raw HTTP/1.1 messages and steps for server scripts. */

/** A response head: status line, fields, blank line. */
export function head(status: string, ...fields: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...fields, '', ''].join('\r\n');
}

/** A response whose body has a known length. */
export function response(status: string, body: string, ...fields: readonly string[]): string {
  return head(status, ...fields, `Content-Length: ${body.length}`) + body;
}

/** Answers one request that has no body. */
export const answer: readonly ServerStep[] = [{ await: 'head' }, { send: response('200 OK', 'hello') }];

/** Answers one request that has a body. */
export const answerBody: readonly ServerStep[] = [
  { await: 'head' },
  { await: 'body' },
  { send: response('200 OK', 'hello') },
];
