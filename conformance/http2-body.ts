import type { ClientHttp2Stream } from 'node:http2';
import type { ExchangeOptions } from './drive.ts';
import { parts } from './node-body.ts';
import { bodyError } from './node-errors.ts';
import type { RequestBody } from './scenario.ts';

/** Sends a request's body on its stream. */
export function sendStream(
  stream: ClientHttp2Stream,
  body: RequestBody,
  reported: ExchangeOptions['reported'],
): void {
  const { first, rest } = parts(body);
  if (first !== '') stream.write(first);
  if (body.fails === true) void reported('wroteHeaders').then(() => stream.destroy(bodyError));
  else if (body.restAfter === undefined) stream.end(rest);
  else void reported(body.restAfter).then(() => stream.end(rest));
}
