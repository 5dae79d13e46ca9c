import type { Writable } from 'node:stream';
import type { RequestSpec } from './send.ts';

/** As curl: a server that does not know Expect must not block the request for long. */
const CONTINUE_TIMEOUT = 1000;

/**
 * Writes a request's body and ends the request; after `Expect: 100-continue` when the server says so or has not said
 * anything for a while, and not at all when it gives its final answer instead.
 *
 * @param request - of node:http or node:http2: emits `continue` and `response`.
 */
export function writeBody(request: Writable, spec: RequestSpec): void {
  const { body } = spec;
  if (!expectsContinue(spec)) {
    request.end(body);
    return;
  }
  const timer = setTimeout(() => request.end(body), CONTINUE_TIMEOUT);
  const stop = (): void => clearTimeout(timer);
  request.once('continue', () => {
    stop();
    request.end(body);
  });
  request.once('response', stop).once('close', stop);
}

/** The request asks the server to say `100 Continue` before it sends its body. */
export function expectsContinue({ header, body }: RequestSpec): boolean {
  if (body === undefined) return false;
  return header.some(([name, value]) => name.toLowerCase() === 'expect' && /100-continue/i.test(value));
}

/** After a final answer the body is not wanted any more, and a connection that waits for it is of no more use. */
export function giveUpBody(request: Writable): void {
  if (!request.writableEnded) request.destroy();
}
